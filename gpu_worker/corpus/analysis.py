"""What the composer has to know of a drawing, measured from its pixels: box, places to touch, main colour."""

from typing import Any

import numpy as np
import torch
from PIL import Image

from gpu_worker.corpus.colour import COLOUR_NAMES, cielab, membership, oklab, recoloured
from gpu_worker.corpus.subjects import Subject

# Where a face's eyes are, as a share of the drawing's height: a grown body has its head on the upper three fifths.
EYES = {"grown": 0.34, "head": 0.46}


def analysed(tile: Image.Image, box: tuple[float, float], subject: Subject, *, grown: bool) -> dict[str, Any]:
    cell = tile.width
    alpha = np.asarray(tile.getchannel("A"), dtype=np.float32) / 255
    w, h = (max(1, round(share * cell)) for share in box)
    x0, y0 = (cell - w) // 2, (cell - h) // 2
    inside = alpha[y0 : y0 + h, x0 : x0 + w]
    columns = np.arange(w) / max(1, w - 1)
    feet = inside[int(h * 0.93) :].sum(0)
    feet_x = float((feet * columns).sum() / max(feet.sum(), 1e-6)) if feet.sum() else 0.5
    top_at, head_x, head_w = head(inside, grown)
    hand_y = 0.7 if grown else 0.55
    row = inside[int(h * hand_y)]
    solid = np.nonzero(row > 0.5)[0]
    hand = [float(solid[0] / w), float(solid[-1] / w)] if len(solid) else [0.2, 0.8]
    main, reach, share = main_colour(tile, from_row=0.5 if subject.kind == "person" else 0.0)
    return {
        "box": [round(v, 4) for v in box],
        "feet": round(feet_x, 3),
        "foot_w": round(float((feet > 0.3).mean()), 3),
        "head": [round(head_x, 3), round(top_at, 3), round(head_w, 3)],
        "top": round(top(inside), 3),
        "hand": [round(hand[0], 3), round(hand[1], 3), hand_y],
        "eyes": EYES["grown"] if grown else EYES["head"] if subject.kind in {"head", "creature"} else 0.3,
        "solidity": round(float(inside.mean()), 3),
        "colour": [round(float(v), 4) for v in main],
        "reach": round(reach, 3),
        "share": round(share, 3),
        "change": changes(tile, main, reach),
    }


def changes(tile: Image.Image, main: np.ndarray, reach: float) -> list[float]:
    """How far each colour word would move the main region, in CIE Lab's ΔE: under 25 the word is not worth saying."""
    small = np.asarray(tile.resize((32, 32), Image.Resampling.BOX), dtype=np.float32) / 255
    picture = torch.tensor(small).permute(2, 0, 1)[None]
    before, alpha = picture[:, :3], picture[:, 3:]
    centre, reaches = torch.tensor(main)[None].float(), torch.tensor([reach])
    weight = membership(oklab(before), centre, reaches) * alpha
    count = len(COLOUR_NAMES)
    after = recoloured(
        before.expand(count, -1, -1, -1), torch.arange(count), centre.expand(count, -1), reaches.expand(count)
    )
    distance = (cielab(after) - cielab(before)).square().sum(1, keepdim=True).sqrt()
    mean = (distance * weight).sum((1, 2, 3)) / weight.sum().clamp_min(1e-6)
    return [round(float(v), 1) for v in mean]


def head(inside: np.ndarray, grown: bool) -> tuple[float, float, float]:
    """The crown of the head: how far down it is, its middle, and how wide the head is below it."""
    h, w = inside.shape
    band = inside[: max(1, int(h * (0.3 if grown else 0.25)))].sum(0)
    x = float((band * np.arange(w)).sum() / max(band.sum(), 1e-6)) if band.sum() else w / 2
    # Between two ears the crown is lower than the tips: look at the middle column and a little to both sides.
    near = inside[:, max(0, int(x - w * 0.04)) : int(x + w * 0.04) + 1]
    column = np.nonzero(near.max(1) > 0.5)[0]
    crown = int(column[0]) if len(column) else 0
    row = inside[min(h - 1, crown + int(h * 0.14))]
    solid = np.nonzero(row > 0.5)[0]
    width = (solid[-1] - solid[0]) / w if len(solid) else 0.5
    return crown / h, x / w, float(np.clip(width, 0.25, 0.9))


def top(inside: np.ndarray) -> float:
    """Where something put on top comes to rest: the first solid row in the middle third."""
    h, w = inside.shape
    solid = np.nonzero((inside[:, int(w * 0.38) : int(w * 0.62) + 1] > 0.5).mean(1) > 0.35)[0]
    return float(solid[0] / h) if len(solid) else 0.1


def main_colour(tile: Image.Image, from_row: float = 0.0) -> tuple[np.ndarray, float, float]:
    """The main colour in OKLab, the reach around it, and the share of the drawing that moves with it.

    The largest of a few clusters, found by k-means from fixed starts (no randomness: packing twice gives one atlas).
    The reach is the smallest that takes in nearly half of the drawing, so that a robot is not recoloured at its trim.
    A person's is the colour of the clothes: it is looked for in the lower part only, and never reaches far.
    """
    small = np.asarray(tile.resize((64, 64), Image.Resampling.BOX), dtype=np.float32) / 255
    lower = small[int(64 * from_row) :]
    lab = oklab(torch.tensor(small.reshape(-1, 4)[:, :3]))
    alpha = torch.tensor(small.reshape(-1, 4)[:, 3])
    chosen = oklab(torch.tensor(lower.reshape(-1, 4)[:, :3]))[torch.tensor(lower.reshape(-1, 4)[:, 3]) > 0.7]
    if len(chosen) < 4:
        chosen = lab[alpha > 0.3] if (alpha > 0.3).any() else lab
    weights = torch.tensor([0.45, 1.6, 1.6])  # hue and chroma part regions; lightness is mostly shading
    points = chosen * weights
    order = points[:, 1].argsort()
    centres = points[order[torch.linspace(0, len(order) - 1, 5).long()]].clone()
    nearest = torch.zeros(len(points), dtype=torch.long)
    for _ in range(12):
        nearest = torch.cdist(points, centres).argmin(1)
        for k in range(len(centres)):
            if (nearest == k).any():
                centres[k] = points[nearest == k].mean(0)
    sizes = torch.bincount(nearest, minlength=len(centres)).float()
    # Outlines and pupils are dark and never what a colour word means, unless all is dark.
    sizes[(centres[:, 0] / weights[0] < 0.25)] *= 0.35
    main = centres[int(sizes.argmax())] / weights
    picture, opaque = lab.T.reshape(1, 3, 64, 64), alpha.reshape(1, 1, 64, 64)
    reach, share = 0.05, 0.0
    for step in range(5, 21 if not from_row else 10):
        reach = step / 100
        weight = membership(picture, main[None], torch.tensor([reach]))
        share = float((weight * opaque).sum() / opaque.sum().clamp_min(1e-6))
        if share > (0.8 if not from_row else 0.42):
            break
    return main.numpy(), reach, share
