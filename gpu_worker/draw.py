"""Draw from the command line, without the site:

python -m gpu_worker.draw "a corgi on a skateboard" --n 4 --seed 1 --out pictures
python -m gpu_worker.draw "a corgi in a red hat" --edit corgi.png --mask where.png
python -m gpu_worker.draw --variation corgi.png --strength 0.5
python -m gpu_worker.draw --blend corgi.png cat.png
python -m gpu_worker.draw --diff house.png --from winter --to summer
python -m gpu_worker.draw --upscale corgi.png
"""

from __future__ import annotations

import argparse
import io
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageOps

from gpu_worker.engines import NoSuchEngine, load_engine
from gpu_worker.pipeline.checkpoint import BrokenWeights
from gpu_worker.request import FRAME_KINDS, SIDE_LIMIT, SIZES, BadRequest, DrawRequest, Preview

PNG = "PNG"


def main(arguments: Sequence[str] | None = None) -> int:
    options = _options(arguments)
    try:
        request = _request(options)
        request.check()
        began = time.perf_counter()
        engine = load_engine(options.engine)
        loaded = time.perf_counter()
        result = engine.draw(request, progress=_show, cancelled=lambda: False)
    except (NoSuchEngine, BadRequest, BrokenWeights) as refused:
        print(f"\n{refused}", file=sys.stderr)
        return 2
    drawn = time.perf_counter()
    try:
        options.out.mkdir(parents=True, exist_ok=True)
        for name, picture in zip(_names(request), result.pictures, strict=True):
            path = options.out / f"{name}.png"
            path.write_bytes(picture)
            print(path)
    except OSError as refused:
        print(f"The pictures cannot be written: {refused}", file=sys.stderr)
        return 2
    print(json.dumps(result.used), file=sys.stderr)
    print(f"loaded in {loaded - began:.1f} s, drawn in {drawn - loaded:.1f} s", file=sys.stderr)
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description="Draw pictures for a prompt, or from pictures.",
        epilog="Frames of a blend or a diff are written as SEED-1.png, SEED-2.png …",
    )
    parser.add_argument("prompt", nargs="?", default="", help="what is to be seen; of an edit, in the whole picture")
    parser.add_argument("--not", dest="negative", default="", metavar="SENTENCE", help="what is not wanted")
    kinds = parser.add_mutually_exclusive_group()
    kinds.add_argument("--edit", type=Path, metavar="PICTURE", help="paint anew what is transparent or in the mask")
    kinds.add_argument("--variation", type=Path, metavar="PICTURE", help="the same things, drawn again")
    kinds.add_argument("--blend", type=Path, nargs=2, metavar="PICTURE", help="frames from one to the other")
    kinds.add_argument("--diff", type=Path, metavar="PICTURE", help="frames on the way that --from and --to say")
    kinds.add_argument("--upscale", type=Path, metavar="PICTURE", help="four times as wide and as high")
    parser.add_argument("--mask", type=Path, metavar="PICTURE", help="of an edit: transparent or white where to paint")
    parser.add_argument("--hint", type=Path, metavar="PICTURE", help="of an edit: colours to begin from")
    parser.add_argument("--strength", type=float, default=0.5, help="of a variation: 0 the same, 1 quite another")
    parser.add_argument("--from", dest="from_prompt", default="", metavar="SENTENCE")
    parser.add_argument("--to", dest="to_prompt", default="", metavar="SENTENCE")
    parser.add_argument(
        "--theta", type=float, nargs="+", default=(), help="where frames stand; seven of them otherwise"
    )
    parser.add_argument("--out", type=Path, default=Path(), help="the folder for the pictures")
    parser.add_argument("--engine", default="bundled")
    parser.add_argument("--seed", type=int, default=0, help="of the first picture; the others count on from it")
    parser.add_argument("--n", type=int, help="how many pictures, four unless it is a matter of frames")
    parser.add_argument("--size", type=int, choices=SIZES, default=1024)
    parser.add_argument("--steps", type=int)
    parser.add_argument("--guidance", type=float)
    return parser.parse_args(arguments)


def _request(options: argparse.Namespace) -> DrawRequest:
    given = {
        "edit": [options.edit],
        "variation": [options.variation],
        "blend": options.blend or [],
        "text_diff": [options.diff],
        "upscale": [options.upscale],
    }
    kind = next((name for name, paths in given.items() if any(paths)), "prompt")
    if kind != "text_diff" and (options.from_prompt or options.to_prompt):
        raise BadRequest("--from and --to change a picture: name it with --diff.")
    single = kind in (*FRAME_KINDS, "upscale")
    if options.n is not None and options.n != 1 and single:
        raise BadRequest("--n is for pictures that differ by their seed; frames are chosen by --theta.")
    count = 1 if single else 4 if options.n is None else options.n
    return DrawRequest(
        id="draw",
        kind=kind,
        prompt=options.prompt,
        seeds=tuple(range(options.seed, options.seed + count)),
        size=options.size,
        guidance=options.guidance,
        steps=options.steps,
        negative=options.negative,
        sources=tuple(_png(path) for path in given.get(kind, ())),
        mask=_png(options.mask) if options.mask else None,
        hint=_png(options.hint) if options.hint else None,
        strength=options.strength,
        thetas=tuple(options.theta),
        from_prompt=options.from_prompt,
        to_prompt=options.to_prompt,
    )


def _png(path: Path) -> bytes:
    """A picture file of any sort as the PNG that a request carries; a PNG goes as it is."""
    try:
        content = path.read_bytes()
    except OSError as wrong:
        raise BadRequest(f"{path} cannot be read: {wrong.strerror}.") from wrong
    try:
        with Image.open(io.BytesIO(content)) as picture:
            if picture.format == PNG:
                return content
            if max(picture.size) > SIDE_LIMIT:
                width, height = picture.size
                raise BadRequest(f"{path} has {width}×{height} pixels; at most {SIDE_LIMIT}×{SIDE_LIMIT} can be taken.")
            file = io.BytesIO()
            # What a camera says about which way is up is lost on the way otherwise.
            ImageOps.exif_transpose(picture).convert("RGBA").save(file, PNG)
            return file.getvalue()
    except BadRequest:
        raise
    # What a broken file makes of Pillow is not one class of errors.
    except Exception as wrong:
        raise BadRequest(f"{path} is not a picture that can be read.") from wrong


def _names(request: DrawRequest) -> list[str]:
    if request.kind in FRAME_KINDS:
        return [f"{request.seeds[0]}-{number + 1}" for number in range(request.pictures)]
    return [str(seed) for seed in request.seeds]


def _show(preview: Preview) -> None:
    end = "\n" if preview.step == preview.steps else ""
    print(f"\rstep {preview.step} of {preview.steps}", end=end, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
