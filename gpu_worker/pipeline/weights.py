"""From nets to stored weights and back."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import torch
from torch import nn

from gpu_worker.nets.ar_prior import ArPriorConfig
from gpu_worker.nets.clip import ImageConfig, TextConfig
from gpu_worker.nets.decoder import DecoderConfig
from gpu_worker.nets.prior import PriorConfig
from gpu_worker.nets.tokenizer import FIRST_WORD, known_words
from gpu_worker.nets.upsampler import UpsamplerConfig
from gpu_worker.pipeline.checkpoint import BrokenWeights, Stored, WeightSet, content_hash, read_set
from gpu_worker.pipeline.config import SamplingConfig, UnclipConfig
from gpu_worker.pipeline.nets import Nets
from gpu_worker.pipeline.quantise import halved, quantised, restored

Config = TypeVar("Config")

UPSAMPLERS = ("first_upsampler", "second_upsampler")
# What a set must hold to be drawn with; the autoregressive prior is an extra.
NEEDED = ("clip", "prior", "decoder", *UPSAMPLERS)
CONFIGS: Mapping[str, type] = {
    "text": TextConfig,
    "image": ImageConfig,
    "prior": PriorConfig,
    "ar_prior": ArPriorConfig,
    "decoder": DecoderConfig,
    "text_decoder": DecoderConfig,
    "text_embedding_decoder": DecoderConfig,
    "first_upsampler": UpsamplerConfig,
    "second_upsampler": UpsamplerConfig,
    "sampling": SamplingConfig,
}


def to_json(config: Any) -> dict[str, Any]:
    return dataclasses.asdict(config)


def from_json(kind: type[Config], values: Mapping[str, Any], source: str) -> Config:
    """The config in a header. What this program does not know is refused: it would be ignored in silence."""
    known = {field.name for field in dataclasses.fields(kind)}  # type: ignore[arg-type]
    strange = sorted(set(values) - known)
    if strange:
        raise BrokenWeights(f"{source}: its config has {', '.join(strange)}, which this program does not know")
    try:
        return kind(**{name: tuple(v) if isinstance(v, list) else v for name, v in values.items()})
    except TypeError as wrong:
        raise BrokenWeights(f"{source}: its config does not fit this program: {wrong}") from wrong


def words_hash(vocabulary: int) -> str:
    """Of the words that a text encoder of this vocabulary was trained with: their order decides the ids."""
    return hashlib.sha256("\n".join(known_words()[: vocabulary - FIRST_WORD]).encode()).hexdigest()


def store_clip(text: nn.Module, image: nn.Module, *, about: Mapping[str, Any]) -> Stored:
    """CLIP is frozen in the form in which it ships, so that what is trained against it meets it again."""
    joined = {f"text.{name}": value for name, value in text.state_dict().items()}
    joined |= {f"image.{name}": value for name, value in image.state_dict().items()}
    tensors = quantised(joined)
    config = {"text": to_json(text.config), "image": to_json(image.config)}
    config["words"] = {"sha256": words_hash(text.config.vocabulary)}
    return Stored("clip", tensors, config, content_hash(tensors), dict(about))


def store_net(
    name: str, net: nn.Module, *, clip: str | None, about: Mapping[str, Any], eight_bits: bool = False
) -> Stored:
    state = net.state_dict()
    return Stored(name, (quantised if eight_bits else halved)(state), to_json(net.config), clip, dict(about))


def in_eight_bits(stored: Stored) -> Stored:
    """As it ships. CLIP is so already, and its hash would change."""
    return stored if stored.name == "clip" else dataclasses.replace(stored, tensors=quantised(restored(stored.tensors)))


def fill(net: nn.Module, stored: Stored, source: str, part: str = "") -> None:
    """Put stored weights into a net of the same config."""
    try:
        state = restored(stored.tensors)
        chosen = {name[len(part) :]: value for name, value in state.items() if name.startswith(part)}
        net.load_state_dict(chosen)
    except (KeyError, RuntimeError) as wrong:
        raise BrokenWeights(f"{source}: the weights of {stored.name!r} do not fit its config: {wrong}") from wrong


def config_of(stored: Stored, source: str, part: str | None = None) -> Any:
    """A net's config, built from its header."""
    values = stored.config if part is None else stored.config.get(part)
    if not isinstance(values, Mapping):
        raise BrokenWeights(f"{source}: {stored.name!r} carries no config of {part!r}")
    return from_json(CONFIGS[part or stored.name], values, source)


def check_words(stored: Stored, text: TextConfig, source: str) -> None:
    words = stored.config.get("words")
    count = text.vocabulary - FIRST_WORD
    if count > len(known_words()) or not isinstance(words, Mapping) or words["sha256"] != words_hash(text.vocabulary):
        raise BrokenWeights(f"{source}: CLIP was trained with another list of words than gpu_worker/nets/words.txt")


def take(weights: WeightSet, name: str) -> Stored:
    try:
        return weights.nets[name]
    except KeyError:
        raise BrokenWeights(f"{weights.folder} holds no {name!r}: train and export it first") from None


def file_of(weights: WeightSet, name: str) -> str:
    """For messages: the first file of a net."""
    found = sorted(weights.folder.glob(f"{name}*.safetensors"))
    return str(found[0] if found else weights.folder)


def unclip_from(folder: Path, needed: Sequence[str] = NEEDED) -> tuple[Nets, WeightSet]:
    """All nets of a set, built to the configs that it carries and filled; fp32, on the CPU."""
    weights = read_set(folder)
    stored = {name: take(weights, name) for name in needed}
    source = {name: file_of(weights, name) for name in needed}
    text = config_of(stored["clip"], source["clip"], "text")
    check_words(stored["clip"], text, source["clip"])
    sampling = weights.about.get("sampling")
    if not isinstance(sampling, Mapping):
        raise BrokenWeights(f"{folder}: its manifest does not say how to sample: export the set again")
    config = UnclipConfig(
        text=text,
        image=config_of(stored["clip"], source["clip"], "image"),
        prior=config_of(stored["prior"], source["prior"]),
        decoder=config_of(stored["decoder"], source["decoder"]),
        upsamplers=(
            config_of(stored["first_upsampler"], source["first_upsampler"]),
            config_of(stored["second_upsampler"], source["second_upsampler"]),
        ),
        sampling=from_json(SamplingConfig, sampling, str(folder)),
    )
    _fit_together(config, source)
    with torch.device("meta"):
        nets = Nets(config)
    nets.to_empty(device="cpu")
    fill(nets.text, stored["clip"], source["clip"], "text.")
    fill(nets.image, stored["clip"], source["clip"], "image.")
    for name in ("prior", "decoder", *UPSAMPLERS):
        fill(getattr(nets, name), stored[name], source[name])
    return nets, weights


def _fit_together(config: UnclipConfig, source: Mapping[str, str]) -> None:
    width, embedding, size = config.text.width, config.image.embedding, config.image.size
    fits = {
        "clip": config.text.embedding == embedding,
        "prior": (config.prior.text_width, config.prior.embedding) == (width, embedding)
        and config.prior.text_window >= config.text.window,
        "decoder": (config.decoder.text_width, config.decoder.embedding) == (width, embedding)
        and config.decoder.size == size,
    }
    for name, upsampler in zip(UPSAMPLERS, config.upsamplers, strict=True):
        fits[name] = upsampler.embedding in (None, embedding)
    for name, good in fits.items():
        if not good:
            raise BrokenWeights(f"{source[name]}: its config does not fit the other nets of the set")
