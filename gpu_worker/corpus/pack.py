"""Makes the sprite atlas: `python -m gpu_worker.corpus.pack [--cell 256] [--quality 82]`, after `…corpus.fetch`.

One WebP with alpha holds every drawing in a cell of its own, cut to what can be seen and made as large as the cell
allows; `atlas.json` beside it says, for each, what it shows and what the composer has to know: its box, where feet,
head, hands, eyes and seat are, and which colour is its main one (`analysis.py`).
"""

import argparse
import hashlib
import importlib
import io
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image

from gpu_worker.corpus import grow
from gpu_worker.corpus.analysis import analysed
from gpu_worker.corpus.clipart import INSIDE, ClipArt, clip_art
from gpu_worker.corpus.mitigations import fingerprints, near_duplicates
from gpu_worker.corpus.sources import atlas_path, folder
from gpu_worker.corpus.subjects import Subject, subjects

MARGIN = 2  # empty pixels around a drawing, so that sampling at its edge meets nothing of the next cell
# How alike two drawings of one subject may be. Above lie Fluent's 3D and flat versions of one jellyfish (0.97), cupcake
# and kangaroo; below, two sets' hearts (0.936).
COPY = 0.94
TONES = (1, 2, 3, 4, 5)
# Subjects whose women and men carry another name in the set than "woman X" and "man X".
PEOPLE = {
    "person standing": ("woman standing", "man standing"),
    "person juggling": ("woman juggling", "man juggling"),
    "person lifting weights": ("woman lifting weights", "man lifting weights"),
    "woman dancing": ("woman dancing", "man dancing"),
    "child": ("girl", "boy"),
    "princess": ("princess",),
    "mermaid": ("mermaid",),
    "boy": ("boy",),
    "girl": ("girl",),
    "man": ("man",),
    "woman": ("woman",),
    "baby": ("baby",),
    "Santa Claus": ("Santa Claus",),
    "ninja": ("ninja",),
}
# The second set draws only the head of these.
ONE_DRAWING = frozenset({"gorilla", "zebra", "giraffe"})
HEADS = frozenset({"child", "boy", "girl", "man", "woman", "baby"})


@dataclass
class Drawing:
    subject: Subject
    picture: Image.Image
    set: str  # fluent3d, noto, flat, openclipart, own
    solid: bool = False  # looks like a 3D render
    gender: str = ""
    tone: int = 0
    grown: bool = False
    art: ClipArt | None = None  # where this drawing's seat and eyes are, if not where the first one's are


class Sets:
    """The unpacked sources."""

    def __init__(self, base: Path) -> None:
        self.base = base
        data = json.loads((base / "names/package/en/data.json").read_text(encoding="utf-8"))
        self.codes = {entry["label"]: entry["hexcode"].lower() for entry in data}
        self.tones: dict[str, dict[int, str]] = {}
        for entry in data:
            single = {s["tone"]: s["hexcode"].lower() for s in entry.get("skins", ()) if isinstance(s["tone"], int)}
            self.tones[entry["label"]] = single

    def _first(self, where: str, names: list[str]) -> Path | None:
        return next((path for name in names if (path := self.base / where / name).is_file()), None)

    def fluent(self, code: str) -> Image.Image | None:
        bare = code.replace("-fe0f", "")
        path = self._first("fluent-3d/package/assets", [f"{c}.webp" for c in (code, bare, bare + "-fe0f")])
        return Image.open(path).convert("RGBA") if path else None

    def vector(self, label: str, size: int) -> tuple[Image.Image, str] | None:
        """The second drawing: Noto's, or Fluent's flat one where Noto is too old to have it."""
        code = self.codes[label].replace("-fe0f", "")
        noto = self._first("noto/package/svg", [f"emoji_u{code.replace('-', '_')}.svg"])
        slug = label.lower().replace("’", "").replace(" ", "-")
        path = noto or self._first("fluent-flat/package/icons/flat", [f"{slug}.svg"])
        return (rasterised(path, size, size), "noto" if noto else "flat") if path else None


def rasterised(path: Path, size: int, height: int | None = None) -> Image.Image:
    """height: None keeps the drawing's own shape; size is then its width."""
    tools = str(folder() / "resvg")
    if tools not in sys.path:
        sys.path.append(tools)
    # Fetched beside the sources, and wanted by nothing but this function.
    # Without a number of dots per inch, a drawing measured in points or inches would have no size.
    png = importlib.import_module("resvg_py").svg_to_bytes(svg_path=str(path), width=size, height=height, dpi=96)
    return Image.open(io.BytesIO(bytes(png))).convert("RGBA")


def body(subject: Subject, picture: Image.Image, number: int) -> Image.Image:
    if "grow" not in subject.flags:
        return picture
    if subject.name == "robot":
        return grow.machine(picture)
    if subject.kind != "person":
        return grow.animal(picture)
    return grow.dressed(picture, number) if subject.label in HEADS else grow.figure(picture)


def people(subject: Subject, sets: Sets) -> Iterator[Drawing]:
    """Every skin tone, women and men: the composer draws them in even shares."""
    names = PEOPLE.get(subject.label, (f"woman {subject.label}", f"man {subject.label}"))
    grown = "grow" in subject.flags
    for name in names:
        gender = "woman" if name.startswith(("woman", "girl")) else "man" if name.startswith(("man", "boy")) else ""
        for tone in TONES:
            code = sets.tones.get(name, {}).get(tone)
            picture = sets.fluent(code) if code else None
            if picture is None:
                raise SystemExit(f"{subject.name}: no drawing of {name!r} in tone {tone}")
            number = TONES.index(tone) + len(subject.name) + (gender == "man")
            yield Drawing(subject, body(subject, picture, number), "fluent3d", True, gender, tone, grown)


def drawings(sets: Sets, size: int) -> Iterator[Drawing]:
    art = clip_art() if (sets.base / INSIDE).is_dir() else {}
    for subject in subjects():
        yield from of_emoji(subject, sets, size)
        if subject.name in art:
            # The page is often far larger than what is drawn on it.
            picture = rasterised(art[subject.name].path(sets.base), 6 * size)
            yield Drawing(subject, picture, "openclipart", art=art[subject.name])


def of_emoji(subject: Subject, sets: Sets, size: int) -> Iterator[Drawing]:
    grown = "grow" in subject.flags
    if subject.kind == "person":
        yield from people(subject, sets)
        return
    if subject.label.startswith("@wheels "):
        fruit = subject.label.removeprefix("@wheels ")
        thing = grow.banana() if fruit == "banana" else sets.fluent(sets.codes[fruit])
        assert thing is not None, subject
        yield Drawing(subject, grow.on_wheels(thing), "own", True)
        return
    if subject.label.startswith("@"):
        yield Drawing(subject, grow.DRAWN[subject.label](), "own", True)
        return
    first = sets.fluent(sets.codes[subject.label])
    if first is None:
        raise SystemExit(f"{subject.name}: Fluent has no drawing of {subject.label!r}")
    yield Drawing(subject, body(subject, first, 0), "fluent3d", True, grown=grown)
    second = sets.vector(subject.label, 2 * size) if subject.core and subject.name not in ONE_DRAWING else None
    if second:
        yield Drawing(subject, body(subject, second[0], 0), second[1], grown=grown)


def without_copies(found: list[Drawing], cell: int = 64) -> tuple[list[Drawing], list[Drawing]]:
    """(kept, left out): a subject's further drawing that is hardly another one would only be learned by heart.

    People are let through: the same figure in five skins is what makes their shares even. So is a drawing that two
    names share, since each name needs one."""
    prints = fingerprints(torch.stack([on_grey(drawing.picture, cell) for drawing in found]), side=16)
    kept: list[Drawing] = []
    copies: list[Drawing] = []
    for subject in dict.fromkeys(drawing.subject for drawing in found):
        rows = [row for row, drawing in enumerate(found) if drawing.subject is subject]
        alike = set() if found[rows[0]].tone else set(near_duplicates(prints[rows], alike=COPY).tolist())
        for place, row in enumerate(rows):
            (copies if place in alike else kept).append(found[row])
    return kept, copies


def on_grey(picture: Image.Image, cell: int) -> torch.Tensor:
    tile = cell_of(picture, cell)[0]
    ground = Image.new("RGBA", tile.size, (128, 128, 128, 255))
    return torch.from_numpy(np.array(Image.alpha_composite(ground, tile).convert("RGB"))).permute(2, 0, 1)


def own_marks(art: ClipArt | None) -> dict[str, Any]:
    marks = {"seat": art.seat, "eyes": art.eyes} if art else {}
    return {name: value for name, value in marks.items() if value is not None}


def cell_of(picture: Image.Image, cell: int) -> tuple[Image.Image, tuple[float, float]]:
    """The drawing in the middle of a cell of its own, and its width and height as shares of the cell."""
    cut = grow.trimmed(picture)
    scale = (cell - 2 * MARGIN) / max(cut.size)
    size = (max(1, round(cut.width * scale)), max(1, round(cut.height * scale)))
    tile = Image.new("RGBA", (cell, cell), (0, 0, 0, 0))
    tile.paste(cut.resize(size, Image.Resampling.LANCZOS), ((cell - size[0]) // 2, (cell - size[1]) // 2))
    return tile, (size[0] / cell, size[1] / cell)


def pack(found: list[Drawing], target: Path, *, cell: int = 256, quality: int = 82) -> dict[str, Any]:
    columns = max(1, min(len(found), 16_000 // cell, 32))
    sheet = Image.new("RGBA", (columns * cell, -(-len(found) // columns) * cell), (0, 0, 0, 0))
    rows: list[dict[str, Any]] = []
    for number, drawing in enumerate(found):
        tile, box = cell_of(drawing.picture, cell)
        sheet.paste(tile, (number % columns * cell, number // columns * cell))
        rows.append(
            {
                "subject": drawing.subject.name,
                "set": drawing.set,
                "solid": drawing.solid,
                "gender": drawing.gender,
                "tone": drawing.tone,
                "grown": drawing.grown,
                **analysed(tile, box, drawing.subject, grown=drawing.grown),
                **own_marks(drawing.art),
            }
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    sheet.save(target, "WEBP", quality=quality, alpha_quality=90, method=4)
    digest = hashlib.sha256(target.read_bytes()).hexdigest()
    index = {"cell": cell, "columns": columns, "sha256": digest, "sprites": rows}
    target.with_suffix(".json").write_text(json.dumps(index, separators=(",", ":")), encoding="utf-8")
    return index


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cell", type=int, default=256)
    parser.add_argument("--quality", type=int, default=82)
    wanted = parser.parse_args()
    if not (folder() / "names").is_dir():
        print("The sources are not there: run python -m gpu_worker.corpus.fetch first.", file=sys.stderr)
        return 1
    found, copies = without_copies(list(drawings(Sets(folder()), wanted.cell)))
    target = atlas_path()
    pack(found, target, cell=wanted.cell, quality=wanted.quality)
    size = target.stat().st_size + target.with_suffix(".json").stat().st_size
    named = {drawing.subject.name for drawing in found}
    print(f"{target}: {len(named)} subjects, {len(found)} drawings, {size / 1e6:.1f} MB")
    print(f"left out as near-copies: {', '.join(f'{c.subject.name} ({c.set})' for c in copies) or 'none'}")
    if not (folder() / INSIDE).is_dir():
        print(
            f"Without the Open Clip Art Library, {len(clip_art())} subjects have one drawing less than in the atlas "
            "that the nets were trained on; it comes by apt, on Debian (python -m gpu_worker.corpus.fetch)."
        )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
