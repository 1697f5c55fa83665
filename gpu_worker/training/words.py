"""Bring the tokenizer's list of words up to what the corpus says:

python -m gpu_worker.training.words

Words are only added, at the list's end: their order belongs to every checkpoint. A checkpoint knows the words that it
was trained with and goes on being read; a new CLIP is trained with all.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from gpu_worker.corpus.captions import captions
from gpu_worker.corpus.scenes import Corpus
from gpu_worker.nets.tokenizer import WORDS_FILE, known_words, pieces

SCENES, ROUND = 60_000, 4000
RAREST = 3


def missing_words(sentences: Iterable[str], known: Iterable[str]) -> list[str]:
    """Words of letters that are said at least a few times and not known, the most frequent first."""
    counts = Counter(piece for sentence in sentences for piece in pieces(sentence))
    have = set(known)
    wanted = [word for word, count in counts.items() if count >= RAREST and re.fullmatch(r"[^\W\d_]+", word)]
    return sorted((word for word in wanted if word not in have), key=lambda word: (-counts[word], word))


def said(corpus: Corpus, scenes: int) -> Iterable[str]:
    """Captions of scenes that are planned and not composed, held-out pairs among them: words are no secret."""
    for seed in range(0, scenes, ROUND):
        yield from captions(corpus.plan(seed, ROUND, split="all"), corpus.atlas.known)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Add the corpus's words to the tokenizer's list.")
    parser.add_argument("--atlas", type=Path)
    parser.add_argument("--scenes", type=int, default=SCENES)
    options = parser.parse_args(arguments)
    new = missing_words(said(Corpus.load(options.atlas), options.scenes), known_words())
    if new:
        with open(WORDS_FILE, "a", encoding="utf-8") as file:
            file.writelines(word + "\n" for word in new)
    print(f"{len(new)} words added to {len(known_words())}: {' '.join(new[:20])}…")
    return 0


if __name__ == "__main__":
    sys.exit(main())
