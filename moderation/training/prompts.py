"""The sentences to learn from, written for it: one file for each category, a line each.

`{a|b}` unfolds into one sentence for every choice; of a line with many, a few that are drawn by a fixed seed.
"""

import random
import re
from dataclasses import dataclass
from itertools import product
from pathlib import Path

FOLDER = Path(__file__).with_name("prompts")
HARMLESS = "harmless"
MOST_OF_A_LINE = 10
_CHOICE = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True)
class Prompt:
    text: str
    category: str
    # Which line it came from: what unfolds from one line is never split between learning and trying.
    line: str

    @property
    def is_hard(self) -> bool:
        """Harmless, and sounds otherwise."""
        return self.line.startswith(f"{HARMLESS}_hard")


def learning_prompts() -> list[Prompt]:
    found = []
    for file in sorted(FOLDER.glob("*.txt")):
        if file.stem == "styles":
            continue
        category = HARMLESS if file.stem.startswith(HARMLESS) else file.stem
        most = MOST_OF_A_LINE * (2 if category == HARMLESS else 1)
        for line in file.read_text(encoding="utf-8").splitlines():
            found += [Prompt(text, category, f"{file.stem}:{line}") for text in unfolded(line, most)]
    return list({prompt.text: prompt for prompt in found}.values())


def styles() -> list[str]:
    return (FOLDER / "styles.txt").read_text(encoding="utf-8").splitlines()


def unfolded(line: str, most: int) -> list[str]:
    pieces = _CHOICE.split(line)
    choices = [piece.split("|") if place % 2 else [piece] for place, piece in enumerate(pieces)]
    texts = [re.sub(r"\s+", " ", "".join(chosen)).strip(" ,") for chosen in product(*choices)]
    # Every choice of a line with one place; of the others some.
    most = max(most, *(len(options) for options in choices))
    chance = random.Random(line)  # nosec B311 (for variety, no secret)
    return texts if len(texts) <= most else chance.sample(texts, most)
