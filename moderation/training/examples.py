"""From written prompts to what is learnt from: with the words that people put around prompts, and in pieces."""

import random
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from moderation.training.prompts import HARMLESS, Prompt, styles

ALONE, STYLED, BEGUN, TOGETHER = 0.5, 0.1, 0.1, 0.25
BEFORE = (
    "a photo of {}",
    "a painting of {}",
    "digital art, {}",
    "{} in a dramatic scene",
    "a drawing that shows {}",
    "please draw {}",
    "{}, in the background of a busy scene",
)
BETWEEN = (", ", " and ", ". ", " with ", " next to ", " beside ", " while in the background ", " ")
# How often a word must be likelier among what is refused to be looked for behind a misspelling.
TIMES_LIKELIER = 4.0


@dataclass(frozen=True)
class Example:
    text: str
    category: str


def examples(prompts: Sequence[Prompt], *, share: Sequence[Prompt], seed: int) -> list[Example]:
    """Each prompt of this share once: alone, with style words, with a beginning, among harmless ones, or a piece of it.
    So a few words are found among many, and many harmless ones are no reason for anything."""
    chance = random.Random(seed)  # nosec B311 (for variety, no secret)
    harmless, ornaments = [prompt.text for prompt in prompts if prompt.category == HARMLESS], styles()
    return [Example(_dressed(prompt, harmless, ornaments, chance).lower(), prompt.category) for prompt in share]


def _dressed(prompt: Prompt, harmless: Sequence[str], ornaments: Sequence[str], chance: random.Random) -> str:
    place = chance.random()
    if place < ALONE:
        return prompt.text
    if place < ALONE + STYLED:
        return f"{prompt.text}, {', '.join(chance.sample(ornaments, chance.choice((1, 2, 3))))}"
    if place < ALONE + STYLED + BEGUN:
        return chance.choice(BEFORE).format(prompt.text)
    if place < ALONE + STYLED + BEGUN + TOGETHER or prompt.category != HARMLESS:
        return _joined([prompt.text, *chance.sample(list(harmless), chance.choice((1, 1, 2, 3)))], chance)
    # Of something harmless each piece is harmless; of the rest nobody knows.
    words = prompt.text.split()
    start = chance.randrange(len(words))
    return " ".join(words[start : start + chance.randrange(2, 8)])


def _joined(texts: list[str], chance: random.Random) -> str:
    chance.shuffle(texts)
    whole = texts[0]
    for text in texts[1:]:
        whole += chance.choice(BETWEEN) + text
    return whole


def risky_words(prompts: Sequence[Prompt]) -> list[str]:
    """Words of refused sentences that harmless ones have much more seldom, counted by lines."""
    bad, good = (_counts(prompts, harmless=harmless) for harmless in (False, True))
    all_bad, all_good = sum(bad.values()), sum(good.values())
    return sorted(
        word
        for word, count in bad.items()
        if len(word) >= 4 and (count / all_bad) / ((good[word] + 0.3) / all_good) >= TIMES_LIKELIER
    )


def familiar_words(prompts: Sequence[Prompt]) -> list[str]:
    """What harmless sentences and styles say: no misspelling, whatever a dictionary has."""
    texts = [*(prompt.text for prompt in prompts if prompt.category == HARMLESS), *styles()]
    return sorted({word for text in texts for word in re.findall(r"[a-z]{4,}", text.lower())})


def _counts(prompts: Sequence[Prompt], *, harmless: bool) -> Counter[str]:
    lines: dict[str, set[str]] = {}
    for prompt in prompts:
        if (prompt.category == HARMLESS) == harmless:
            lines.setdefault(prompt.line, set()).update(re.findall(r"[a-z]+", prompt.text.lower()))
    return Counter(word for words in lines.values() for word in words)
