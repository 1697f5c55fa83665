"""The trained CLIP, frozen: everything else is trained against its z."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor

from gpu_worker.nets.clip import EncodedText, ImageConfig, ImageEncoder, TextConfig, TextEncoder
from gpu_worker.nets.tokenizer import FIRST_WORD, Tokenizer, known_words
from gpu_worker.pipeline.checkpoint import Stored, read_set
from gpu_worker.pipeline.weights import check_words, config_of, file_of, fill, store_clip, take
from gpu_worker.training.scenes import tokenised


class FrozenClip:
    def __init__(self, stored: Stored, source: str, device: torch.device, *, tokens: int) -> None:
        text: TextConfig = config_of(stored, source, "text")
        image: ImageConfig = config_of(stored, source, "image")
        check_words(stored, text, source)
        self.text, self.image, self.hash = TextEncoder(text), ImageEncoder(image), stored.clip
        fill(self.text, stored, source, "text.")
        fill(self.image, stored, source, "image.")
        for net in (self.text, self.image):
            net.to(device).eval().requires_grad_(False)
        self.device = device
        self.scale = image.embedding**0.5
        # Captions are far shorter than the window, and every step costs as much as its longest row.
        self.tokenizer = Tokenizer(known_words()[: text.vocabulary - FIRST_WORD], min(tokens, text.window))

    @torch.no_grad()
    def see(self, pictures: Tensor) -> Tensor:
        """(B, 3, 64, 64) in [-1, 1] -> z_i (B, d), scaled by √d"""
        return self.image(pictures).float() * self.scale

    @torch.no_grad()
    def read(self, ids: Tensor, length: Tensor) -> EncodedText:
        text = self.text(ids.long(), length.long())
        return text._replace(states=text.states.detach())

    def tokens(self, captions: list[str]) -> tuple[Tensor, Tensor]:
        return tokenised(self.tokenizer, captions, self.device)


def load_clip(folder: Path, device: torch.device, *, tokens: int) -> FrozenClip:
    weights = read_set(folder)
    return FrozenClip(take(weights, "clip"), file_of(weights, "clip"), device, tokens=tokens)


def freeze(text: TextEncoder, image: ImageEncoder, device: torch.device, *, tokens: int = 48) -> FrozenClip:
    """As if stored and loaded: what is trained against it meets the same eight bits as what is drawn with it."""
    return FrozenClip(store_clip(text, image, about={}), "a CLIP in memory", device, tokens=tokens)
