"""Pictures for many prompts at once, by the very steps that serving takes, with one piece left out or exchanged."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional as F

from gpu_worker.configs.bundled import BUNDLED
from gpu_worker.engines.hardware import choose_device, choose_dtype
from gpu_worker.nets.ar_prior import ArPrior
from gpu_worker.nets.decoder import Decoder
from gpu_worker.nets.tokenizer import FIRST_WORD, Tokenizer, known_words
from gpu_worker.nets.untrained import dream_
from gpu_worker.pipeline.checkpoint import BrokenWeights, Stored, read_set
from gpu_worker.pipeline.config import SamplingConfig, UnclipConfig
from gpu_worker.pipeline.nets import Nets
from gpu_worker.pipeline.prior import AutoregressivePrior, DiffusionPrior, ImagePrior, TextAsImage
from gpu_worker.pipeline.unclip import Unclip
from gpu_worker.pipeline.weights import config_of, file_of, fill, take, unclip_from

UNTRAINED_SEED = 2022
# Pictures drawn together: at 64 a batch pays, at 256 it only takes memory.
BATCH = {64: 32, 256: 8}


@dataclass(frozen=True, slots=True)
class Conditions:
    """What a drawing goes by. As it stands it is serving's; the fields are the ablations."""

    prior: Literal["diffusion", "one_sample", "autoregressive", "text_embedding"] = "diffusion"
    """`text_embedding` is none at all: z_t in the place of z_i."""
    captioned: bool = True
    sees_image: bool = True


AS_SERVED = Conditions()


class Artist:
    def __init__(self, nets: Nets, hash_: str, dtype: torch.dtype | None = None) -> None:
        device, text = choose_device(), nets.config.text
        tokenizer = Tokenizer(known_words()[: text.vocabulary - FIRST_WORD], text.window)
        self.dtype = dtype or choose_dtype(device)
        self.unclip = Unclip(nets, tokenizer, device=device, dtype=self.dtype)
        self.config, self.hash = nets.config, hash_
        self._ar_prior: ArPrior | None = None

    @classmethod
    def load(cls, folder: Path, *, sampling: SamplingConfig | None = None) -> Artist:
        """BrokenWeights where the set is missing, damaged or incomplete."""
        nets, found = unclip_from(folder)
        if sampling is not None:
            nets.config = dataclasses.replace(nets.config, sampling=sampling)
        return cls(nets, found.hash)

    @classmethod
    def untrained(cls, config: UnclipConfig = BUNDLED, *, dtype: torch.dtype | None = None) -> Artist:
        """The ceiling of all distances: the sizes and the sampling of the set beside which it stands."""
        config = dataclasses.replace(config, decoder=dataclasses.replace(config.decoder, predicts="picture"))
        with torch.device("meta"):
            nets = Nets(config)
        nets.to_empty(device="cpu")
        dream_(nets, UNTRAINED_SEED)
        return cls(nets, hashlib.sha256(f"untrained {UNTRAINED_SEED} {config}".encode()).hexdigest(), dtype)

    @classmethod
    def with_text_decoder(cls, folder: Path, other: Path) -> Artist:
        """The same set with the decoder that was trained on captions alone; to be drawn with sees_image=False."""
        nets, found = unclip_from(folder)
        stored, source, hash_ = _beside(other, "text_decoder", found.nets["clip"])
        nets.decoder = Decoder(config_of(stored, source))
        nets.config = dataclasses.replace(nets.config, decoder=nets.decoder.config)
        fill(nets.decoder, stored, source)
        return cls(nets, f"{found.hash} {hash_}")

    @classmethod
    def before_rounding(cls, folder: Path, run: Path) -> Artist:
        """The set with its prior and decoder as training left them, in bf16, before they were rounded to eight bits."""
        nets, found = unclip_from(folder)
        hashes = [found.hash]
        for name, net in (("prior", nets.prior), ("decoder", nets.decoder)):
            stored, source, hash_ = _beside(run / name / "weights", name, found.nets["clip"])
            fill(net, stored, source)
            hashes.append(hash_)
        return cls(nets, " ".join(hashes))

    def add_ar_prior(self, folder: Path, set_folder: Path) -> None:
        stored, source, _ = _beside(folder, "ar_prior", read_set(set_folder).nets["clip"])
        net = ArPrior(config_of(stored, source))
        fill(net, stored, source)
        self._ar_prior = net.to(self.unclip.device, self.dtype).eval().requires_grad_(False)

    @property
    def has_ar_prior(self) -> bool:
        return self._ar_prior is not None

    @torch.inference_mode()
    def draw(
        self, prompts: Sequence[str], seeds: Sequence[int], size: int = 64, conditions: Conditions = AS_SERVED
    ) -> Tensor:
        """Bytes (n, 3, size, size), size 64 or 256, on the CPU; one seed a prompt."""
        batch, parts, prior = BATCH[size], [], self._prior(conditions)
        for start in range(0, len(prompts), batch):
            rows = slice(start, start + batch)
            sketch = self.unclip.sketch(
                prompts[rows], seeds[rows], size=size, prior=prior, captioned=conditions.captioned,
                sees_image=conditions.sees_image,
            )  # fmt: skip
            parts.append(((sketch.pictures.float() + 1) * 127.5).round().clamp(0, 255).byte().cpu())
        return torch.cat(parts)

    def _prior(self, conditions: Conditions) -> ImagePrior | None:
        match conditions.prior:
            case "one_sample":
                return DiffusionPrior(self.unclip.nets.prior, self.config.sampling, candidates=1)
            case "autoregressive":
                if self._ar_prior is None:
                    raise BrokenWeights("no autoregressive prior was loaded")
                return AutoregressivePrior(self._ar_prior)
            case "text_embedding":
                return TextAsImage()
        return None

    @torch.inference_mode()
    def z_of_text(self, prompts: Sequence[str]) -> Tensor:
        """(n, d) of length 1, on the CPU"""
        parts = [self.unclip.reader.read(prompts[n : n + 256]).text.embedding for n in range(0, len(prompts), 256)]
        return torch.cat(parts).float().cpu()

    @torch.inference_mode()
    def see(self, pictures: Tensor) -> Tensor:
        """Bytes (n, 3, H, W) -> z_i (n, d) of length 1, on the CPU"""
        side, parts = self.config.image.size, []
        for chunk in pictures.split(128):
            x = chunk.to(self.unclip.device).float() / 127.5 - 1
            x = x if x.shape[-1] == side else F.interpolate(x, (side, side), mode="area")
            parts.append(F.normalize(self.unclip.see(x).float(), dim=1).cpu())
        return torch.cat(parts)


def _beside(folder: Path, name: str, clip: Stored) -> tuple[Stored, str, str]:
    """(a net that is compared and does not ship, its file, its hash). It must know the same CLIP."""
    found = read_set(folder)
    stored, source = take(found, name), file_of(found, name)
    if stored.clip != clip.clip:
        raise BrokenWeights(f"{source} was trained against another CLIP than the set beside which it is to stand")
    return stored, source, found.hash
