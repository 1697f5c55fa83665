"""`python -m moderation.training`: learn from the prompts beside this, write the weights and their checksum.

A quarter of the lines is first kept apart to show how it does on what it has not seen; the weights that are written
have seen all. The held-apart benchmark (tests/bench) is never read here.
"""

import argparse
import hashlib
import io
import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from moderation.screener.embedding import Embedding
from moderation.screener.meaning import WEIGHTS
from moderation.training.examples import examples, familiar_words, risky_words
from moderation.training.fitting import Net, fitted
from moderation.training.prompts import HARMLESS, Prompt, learning_prompts

PARTS = 4


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--try-only", action="store_true", help="fit on three quarters, write into --out")
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    options = parser.parse_args()
    prompts = learning_prompts()
    kept, learnt = apart(prompts)
    embedding = Embedding()
    names = [HARMLESS, *sorted({prompt.category for prompt in prompts} - {HARMLESS})]
    net = fit(embedding, learnt, names)
    show(embedding, net, kept, names)
    if not options.try_only:
        net = fit(embedding, prompts, names)
    write(options.out, net, names, learnt if options.try_only else prompts)
    print(f"{len(prompts)} prompts, {options.out.stat().st_size} bytes in {options.out}")


def apart(prompts: Sequence[Prompt]) -> tuple[list[Prompt], list[Prompt]]:
    lines = sorted({prompt.line for prompt in prompts})
    random.Random(3).shuffle(lines)  # nosec B311 (for variety, no secret)
    held = set(lines[::PARTS])
    return [one for one in prompts if one.line in held], [one for one in prompts if one.line not in held]


def fit(embedding: Embedding, prompts: Sequence[Prompt], names: list[str]) -> Net:
    learnt = examples(prompts)
    labels = np.array([names.index(one.category) for one in learnt])
    return fitted(embedding.of([one.text.lower() for one in learnt]), labels, classes=len(names))


def show(embedding: Embedding, net: Net, kept: Sequence[Prompt], names: list[str]) -> None:
    chances = net.chances(embedding.of([one.text.lower() for one in kept]))
    blame = 1 - chances[:, 0]
    bad = np.array([one.category != HARMLESS for one in kept])
    for threshold in (0.3, 0.4, 0.5, 0.6, 0.7):
        right, wrong = (blame[bad] >= threshold).sum(), (blame[~bad] >= threshold).sum()
        print(f"threshold {threshold}: recall {right / bad.sum():.3f}, false alarms {wrong / (~bad).sum():.3f}")
    named = chances[bad][:, 1:].argmax(1) + 1
    truth = [names.index(one.category) for one in kept if one.category != HARMLESS]
    print(f"category right in {(named == truth).mean():.3f} of what is refused")


def write(file: Path, net: Net, names: list[str], prompts: Sequence[Prompt]) -> None:
    held = {name: getattr(net, name).astype(np.float16) for name in ("inner", "inner_bias", "outer", "outer_bias")}
    out = io.BytesIO()
    words = {"risky": np.array(risky_words(prompts)), "familiar": np.array(familiar_words(prompts))}
    np.savez(out, allow_pickle=False, categories=np.array(names), **words, **held)
    file.write_bytes(out.getvalue())
    file.with_suffix(".sha256").write_text(f"{hashlib.sha256(out.getvalue()).hexdigest()}  {file.name}\n")


if __name__ == "__main__":
    main()
