"""The little pictures on the style chips, drawn by the model that people draw with: they show what it can do, and are
drawn anew whenever its weights are."""

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from PIL import Image

from generation.services import style_chips

FOLDER = settings.BASE_DIR / "static" / "samples" / "styles"
# A chip shows 40 pixels; screens of twice and more the density are many.
SIDE = 96
SUBJECT = "a red fox sitting in a meadow"


class Command(BaseCommand):
    help = "Draw one picture for each style chip into static/samples/styles. Commit them with the weights."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--subject", default=SUBJECT, help="what each shows; the style comes after a comma")
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--engine", default=settings.ENGINE)
        parser.add_argument("--only", nargs="*", default=[], metavar="CODE", help="some of them, as oil or van_gogh")
        parser.add_argument("--out", type=Path, default=FOLDER)

    def handle(self, *args: Any, **options: Any) -> None:
        chips = {chip["code"]: chip["words"] for chip in style_chips()}
        if unknown := set(options["only"]) - set(chips):
            raise CommandError(f"No such style: {', '.join(sorted(unknown))}. There are: {', '.join(chips)}.")
        options["out"].mkdir(parents=True, exist_ok=True)
        for code in options["only"] or chips:
            with tempfile.TemporaryDirectory() as folder:
                drawn = _draw(f"{options['subject']}, {chips[code]}", options["seed"], options["engine"], Path(folder))
                with Image.open(drawn, formats=["PNG"]) as picture:
                    small = picture.convert("RGB").resize((SIDE, SIDE), Image.Resampling.LANCZOS)
            small.save(options["out"] / f"{code}.webp", quality=82, method=6)
            self.stdout.write(f"{code}: {options['out'] / f'{code}.webp'}")


def _draw(sentence: str, seed: int, engine: str, folder: Path) -> Path:
    """In a process of its own: nothing of the site ever loads a model."""
    words = [sentence, "--n", "1", "--seed", str(seed), "--engine", engine, "--out", str(folder)]
    run = subprocess.run(
        [sys.executable, "-m", "gpu_worker.draw", *words], cwd=settings.BASE_DIR, capture_output=True, text=True
    )
    if run.returncode:
        raise CommandError(f"The model did not draw “{sentence}”: {run.stderr.strip()[-500:]}")
    return next(folder.glob("*.png"))
