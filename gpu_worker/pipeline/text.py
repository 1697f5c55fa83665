"""From sentences to what the two branches of guidance read."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor

from gpu_worker.nets.clip import EncodedText, TextEncoder
from gpu_worker.nets.tokenizer import Tokenizer, Tokens


class Branches(NamedTuple):
    """Two rows for each picture: first all with the condition, then all without."""

    states: Tensor
    present: Tensor
    z_text: Tensor
    """Of length 1."""
    read: Tensor
    """(2B): whether the row reads its sentence at all."""


@dataclass(frozen=True, slots=True)
class Captions:
    """One sentence for each picture, or one for all, and what is not wanted in any of them."""

    text: EncodedText
    tokens: tuple[Tokens, ...]
    negative: EncodedText | None = None
    given: bool = True
    """False: the caption is empty, and z_i says alone what is to be drawn."""

    def emptied(self) -> Captions:
        return dataclasses.replace(self, given=False)

    def branches(self, pictures: int, each: int = 1) -> Branches:
        """`each`: so many rows in a row for every picture.

        The branch without the condition reads nothing or, where something is not wanted, that: guidance then leads
        away from it.
        """
        without = self.text if self.negative is None else self.negative
        first, second = (_spread(text, pictures, each) for text in (self.text, without))
        rows = pictures * each
        states, present, z_text = (torch.cat(parts) for parts in zip(first, second, strict=True))
        flags = torch.tensor([self.given, self.negative is not None], device=present.device)
        return Branches(states, present, z_text, flags.repeat_interleave(rows))


def _spread(text: EncodedText, pictures: int, each: int) -> EncodedText:
    if len(text.present) == 1:
        return EncodedText(*(part.expand(pictures * each, *part.shape[1:]) for part in text))
    if len(text.present) != pictures:
        raise ValueError(f"{len(text.present)} sentences for {pictures} pictures")
    return EncodedText(*(part.repeat_interleave(each, dim=0) for part in text))


class Reader:
    def __init__(self, net: TextEncoder, tokenizer: Tokenizer, device: torch.device) -> None:
        self._net = net
        self._device = device
        self.tokenizer = tokenizer

    def read(self, sentences: Sequence[str], negative: str = "") -> Captions:
        """As one batch, the padding cut to the longest: it says nothing, so that a sentence means the same in any."""
        asked = [self.tokenizer.encode(sentence) for sentence in sentences]
        unwanted = [self.tokenizer.encode(negative)] if negative.strip() else []
        longest = max(tokens.length for tokens in (*asked, *unwanted))
        ids = torch.tensor([tokens.ids[:longest] for tokens in (*asked, *unwanted)], device=self._device)
        length = torch.tensor([tokens.length for tokens in (*asked, *unwanted)], device=self._device)
        text = self._net(ids, length)
        rows = len(asked)
        return Captions(
            text=EncodedText(*(part[:rows] for part in text)),
            tokens=tuple(asked),
            negative=EncodedText(*(part[rows:] for part in text)) if unwanted else None,
        )
