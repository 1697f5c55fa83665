"""Draw from the command line, without the site:

python -m gpu_worker.draw "a corgi on a skateboard" --out pictures --seed 1
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from gpu_worker.engines import NoSuchEngine, load_engine
from gpu_worker.pipeline.checkpoint import BrokenWeights
from gpu_worker.request import SIZES, BadRequest, DrawRequest, Preview


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Draw pictures for a prompt.")
    parser.add_argument("prompt")
    parser.add_argument("--out", type=Path, default=Path(), help="the folder for the pictures")
    parser.add_argument("--engine", default="bundled")
    parser.add_argument("--seed", type=int, default=0, help="of the first picture; the others count on from it")
    parser.add_argument("--count", type=int, default=4)
    parser.add_argument("--size", type=int, choices=SIZES, default=1024)
    parser.add_argument("--steps", type=int)
    parser.add_argument("--guidance", type=float)
    options = parser.parse_args(arguments)

    try:
        began = time.perf_counter()
        engine = load_engine(options.engine)
        loaded = time.perf_counter()
        request = DrawRequest(
            id="draw",
            kind="prompt",
            prompt=options.prompt,
            seeds=tuple(range(options.seed, options.seed + options.count)),
            size=options.size,
            guidance=options.guidance,
            steps=options.steps,
        )
        result = engine.draw(request, progress=_show, cancelled=lambda: False)
    except (NoSuchEngine, BadRequest, BrokenWeights) as refused:
        print(f"\n{refused}", file=sys.stderr)
        return 2
    drawn = time.perf_counter()
    options.out.mkdir(parents=True, exist_ok=True)
    for seed, picture in zip(request.seeds, result.pictures, strict=True):
        path = options.out / f"{seed}.png"
        path.write_bytes(picture)
        print(path)
    print(json.dumps(result.used), file=sys.stderr)
    print(f"loaded in {loaded - began:.1f} s, drawn in {drawn - loaded:.1f} s", file=sys.stderr)
    return 0


def _show(preview: Preview) -> None:
    end = "\n" if preview.step == preview.steps else ""
    print(f"\rstep {preview.step} of {preview.steps}", end=end, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
