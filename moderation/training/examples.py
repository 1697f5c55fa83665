"""From written prompts to what is learnt from: with the words that people put around prompts, and in pieces."""

import random
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from moderation.screener.windows import WIDTH
from moderation.training.prompts import HARMLESS, Prompt, styles

SEED = 7
BEFORE = ("a photo of {}", "a painting of {}", "digital art, {}", "{} in a dramatic scene", "a drawing that shows {}")
BETWEEN = (", ", " and ", ". ", " with ", " next to ")
# How often a word must be likelier among what is refused to be looked for behind a misspelling.
TIMES_LIKELIER = 4.0


@dataclass(frozen=True)
class Example:
    text: str
    category: str


def examples(prompts: Sequence[Prompt]) -> list[Example]:
    chance = random.Random(SEED)  # nosec B311 (for variety, no secret)
    ornaments = styles()
    found = []
    for prompt in prompts:
        found.append(Example(prompt.text, prompt.category))
        found.append(Example(f"{prompt.text}, {', '.join(chance.sample(ornaments, 2))}", prompt.category))
        if chance.random() < 0.5:
            found.append(Example(chance.choice(BEFORE).format(prompt.text), prompt.category))
    return found + list(_pieces([prompt.text for prompt in prompts if prompt.category == HARMLESS], ornaments, chance))


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


def _pieces(texts: Sequence[str], ornaments: Sequence[str], chance: random.Random) -> list[Example]:
    """Long harmless sentences are judged window by window, and none of these may look like something else."""
    found = [Example(style, HARMLESS) for style in ornaments]
    for _ in range(len(texts)):
        long = chance.choice(BETWEEN).join([*chance.sample(list(texts), 2), chance.choice(ornaments)]).split()
        start = chance.randrange(max(1, len(long) - WIDTH))
        found.append(Example(" ".join(long[start : start + WIDTH]), HARMLESS))
    return found


def _counts(prompts: Sequence[Prompt], *, harmless: bool) -> Counter[str]:
    lines: dict[str, set[str]] = {}
    for prompt in prompts:
        if (prompt.category == HARMLESS) == harmless:
            lines.setdefault(prompt.line, set()).update(re.findall(r"[a-z]+", prompt.text.lower()))
    return Counter(word for words in lines.values() for word in words)
