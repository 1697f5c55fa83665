"""Scenes a second: `python -m gpu_worker.corpus.speed [--device cuda] [--count 2048]`. One thread on a CPU."""

import argparse
import sys
import time

import torch

from gpu_worker.corpus.atlas import BrokenAtlas
from gpu_worker.corpus.captions import captions
from gpu_worker.corpus.scenes import Corpus


def measured(corpus: Corpus, size: int, count: int, device: str, chunk: int | None = None) -> tuple[float, float]:
    """(scenes planned a second, scenes composed a second)."""
    start = time.perf_counter()
    plan = corpus.plan(1, count)
    planned = count / (time.perf_counter() - start)
    corpus.compose(plan.rows(slice(0, min(count, 64))), size, device, chunk)
    if device != "cpu":
        torch.cuda.synchronize()
    start = time.perf_counter()
    corpus.compose(plan, size, device, chunk)
    if device != "cpu":
        torch.cuda.synchronize()
    return planned, count / (time.perf_counter() - start)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--count", type=int, default=0)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--chunk", type=int)
    wanted = parser.parse_args()
    torch.set_num_threads(wanted.threads)
    try:
        corpus = Corpus.load()
    except BrokenAtlas as why:
        print(why, file=sys.stderr)
        return 1
    default = 512 if wanted.device == "cpu" else 16_384
    for size in (64, 256):
        count = (wanted.count or default) // (1 if size == 64 else 8)
        planned, composed = measured(corpus, size, count, wanted.device, wanted.chunk)
        print(f"{size} px on {wanted.device}: {composed:,.0f} scenes/s composed, {planned:,.0f}/s planned")
    plan = corpus.plan(2, 4096)
    start = time.perf_counter()
    said = len(captions(plan, corpus.atlas.known))
    print(f"captions: {said / (time.perf_counter() - start):,.0f}/s")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
