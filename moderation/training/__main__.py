"""`python -m moderation.training`: learn from the prompts beside this, write the weights and their checksum.

With --try-only a part of the prompts is kept apart, in families, to show how it does on what it has not seen; without
it all are learnt. The held-apart benchmark (tests/bench) is never read here. What the filter says of each prompt that
was kept apart goes into --scores, from which thresholds are set (`python -m moderation.training.thresholds`).
"""

import argparse
import hashlib
import io
import json
import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from moderation.screener.embedding import Embedding
from moderation.screener.meaning import WEIGHTS
from moderation.training.examples import familiar_words, risky_words
from moderation.training.fitting import chances, taught
from moderation.training.net import Taught
from moderation.training.prompts import HARMLESS, Prompt, learning_prompts

PARTS = 8
# Lines of one category whose first sentences lie nearer than this (cosine) are one family.
NEAR = 0.8


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--try-only", action="store_true", help="keep a part of the prompts apart, and show it")
    parser.add_argument("--part", type=int, default=0, help=f"which of the {PARTS}")
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    parser.add_argument("--scores", type=Path, help="write what it says of those kept apart, as JSON lines")
    options = parser.parse_args()
    prompts = learning_prompts()
    names = [HARMLESS, *sorted({prompt.category for prompt in prompts} - {HARMLESS})]
    kept, learnt = apart(prompts, families(prompts), options.part) if options.try_only else ([], prompts)
    print(f"{len(learnt)} prompts to learn, {len(kept)} kept apart", flush=True)
    net = taught(learnt, names)
    write(options.out, net, names, learnt)
    if kept:
        show(net, kept, names, options.scores)
    print(f"{options.out.stat().st_size} bytes in {options.out}")


def families(prompts: Sequence[Prompt]) -> dict[str, int]:
    """By line: lines that say nearly the same are never split between learning and trying."""
    first = {prompt.line: prompt.text.lower() for prompt in reversed(prompts)}
    lines = sorted(first)
    vectors = Embedding(threads=1).of([first[line] for line in lines])
    family = list(range(len(lines)))

    def head(number: int) -> int:
        while family[number] != number:
            number = family[number]
        return number

    categories = [line.split(":")[0].split("_")[0] for line in lines]
    likeness = vectors @ vectors.T
    for number in range(len(lines)):
        for other in np.nonzero(likeness[number, :number] > NEAR)[0]:
            if categories[number] == categories[other]:
                family[head(number)] = head(int(other))
    return {line: head(number) for number, line in enumerate(lines)}


def apart(prompts: Sequence[Prompt], family: dict[str, int], part: int) -> tuple[list[Prompt], list[Prompt]]:
    numbers = sorted(set(family.values()))
    random.Random(3).shuffle(numbers)  # nosec B311 (for variety, no secret)
    held = set(numbers[part::PARTS])
    return (
        [one for one in prompts if family[one.line] in held],
        [one for one in prompts if family[one.line] not in held],
    )


def show(net: Taught, kept: Sequence[Prompt], names: list[str], scores: Path | None) -> None:
    found = chances(net, [one.text for one in kept])
    blame = 1 - found[:, 0]
    bad = np.array([one.category != HARMLESS for one in kept])
    hard = np.array([one.is_hard for one in kept])
    for threshold in (0.3, 0.4, 0.5, 0.6, 0.7, 0.8):
        shares = [float((blame[which] >= threshold).mean()) for which in (bad, ~bad & hard, ~bad & ~hard)]
        print(f"threshold {threshold}: recall {shares[0]:.3f}, hard negatives {shares[1]:.3f}, others {shares[2]:.3f}")
    named = found[bad][:, 1:].argmax(1) + 1
    truth = [names.index(one.category) for one in kept if one.category != HARMLESS]
    print(f"category right in {(named == truth).mean():.3f} of what is refused")
    if scores:
        lines = [
            {"text": one.text, "category": one.category, "line": one.line, "scores": dict(zip(names, row, strict=True))}
            for one, row in zip(kept, found.round(4).tolist(), strict=True)
        ]
        scores.write_text("".join(json.dumps(line) + "\n" for line in lines))


def write(file: Path, net: Taught, names: list[str], prompts: Sequence[Prompt]) -> None:
    words = {"risky": np.array(risky_words(prompts)), "familiar": np.array(familiar_words(prompts))}
    out = io.BytesIO()
    np.savez_compressed(out, allow_pickle=False, categories=np.array(names), **words, **net.as_numbers())
    file.write_bytes(out.getvalue())
    file.with_suffix(".sha256").write_text(f"{hashlib.sha256(out.getvalue()).hexdigest()}  {file.name}\n")


if __name__ == "__main__":
    main()
