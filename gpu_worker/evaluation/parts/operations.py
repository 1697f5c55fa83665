"""What the engine can do beside prompts, on held-out composed scenes, through the engine's own door.

Every operation is asked for as a person's request is: files in, files out. So what is measured is what is served.
"""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional as F

from gpu_worker.corpus.captions import captions, facts
from gpu_worker.corpus.colour import COLOUR_NAMES
from gpu_worker.corpus.grammar import noun_phrase
from gpu_worker.corpus.plan import NONE, STYLE_COLOUR, Plan
from gpu_worker.corpus.scenes import Scenes
from gpu_worker.evaluation.labels import verdicts
from gpu_worker.evaluation.sheets import sheet
from gpu_worker.evaluation.statistics import increasing_share
from gpu_worker.evaluation.study import Result, Study, heldout_plan, not_measured
from gpu_worker.pipeline.outpaint import outpaint
from gpu_worker.request import DrawRequest

SIZE = 256
FRAME_SIZE = 128  # at which the frames of blends and text diffs are kept: there are many
PIECE = 10  # drawings between two savings
HOLE = 127  # of 255: where a mask of the composer counts as the thing
WIDER = 4  # pixels, at SIZE, that an erased thing is erased around
VARIATION_STRENGTH = 0.5
BLEND_THETAS = tuple(step / 6 for step in range(7))
DIFF_THETAS = (0.0, 0.125, 0.25, 0.375, 0.5)
TOLD_APART = 40.0  # ΔE between a thing's own colour and the one asked for
SHADOW_SEEN = 4.0  # of 255: how much darker than the ground beside it
LONGER = SIZE // 2  # pixels that a picture is made longer by
ON_SHEET = 12
FEWEST_PLANNED = 500  # planning costs nothing beside drawing, and few scenes suit a text diff

Fits = Callable[[Plan], np.ndarray]


def any_scene(plan: Plan) -> np.ndarray:
    return np.ones(len(plan), dtype=bool)


def one_thing(plan: Plan) -> np.ndarray:
    return np.asarray((plan.relation < 0) & (plan.count == 1))


def one_plain_thing(plan: Plan) -> np.ndarray:
    """Of its own colour, in a style that keeps colours."""
    own = (plan.material < 0) & (plan.colour < 0) & (STYLE_COLOUR[plan.style] >= 0.9)
    return np.asarray(one_thing(plan) & own)


def scenes_for(study: Study, seed: int, fits: Fits) -> Scenes:
    """As many held-out scenes as the study asks for, of those that fit."""
    wanted = study.sizes.operations
    plan = heldout_plan(study.corpus, max(FEWEST_PLANNED, wanted * 12), study.seed + seed)
    return study.corpus.compose(plan.rows(np.nonzero(fits(plan))[0][:wanted]), SIZE)


def asked(
    study: Study, name: str, requests: Sequence[DrawRequest], frame_size: int = SIZE
) -> Tensor:  # (n, pictures, 3, frame_size, frame_size) of bytes
    engine = study.engine
    if engine is None:
        raise ValueError("the operations need an engine")
    facts_of = f"{engine.facts.weights_hash} {frame_size}"

    def draw(rows: slice) -> Tensor:
        drawn = []
        for request in requests[rows]:
            result = engine.draw(request, progress=lambda preview: None, cancelled=lambda: False)
            pictures = torch.stack([from_png(blob) for blob in result.pictures])
            if frame_size < SIZE:
                pictures = F.interpolate(pictures.float(), (frame_size, frame_size), mode="area").round().byte()
            drawn.append(pictures)
        return torch.stack(drawn)

    return study.in_pieces(name, facts_of, requests, draw, PIECE)


def request(kind: str, seed: int, pictures: Sequence[Tensor], prompt: str = "", **fields: Any) -> DrawRequest:
    return DrawRequest(
        id="evaluation", kind=kind, prompt=prompt, seeds=(seed,), size=SIZE,
        sources=tuple(to_png(picture) for picture in pictures), **fields,
    )  # fmt: skip


def to_png(picture: Tensor) -> bytes:
    """(3 or 4, H, W) of bytes"""
    file = io.BytesIO()
    Image.fromarray(picture.permute(1, 2, 0).contiguous().numpy()).save(file, "PNG", compress_level=1)
    return file.getvalue()


def from_png(blob: bytes) -> Tensor:
    return torch.from_numpy(np.array(Image.open(io.BytesIO(blob)).convert("RGB"))).permute(2, 0, 1)


def variations(study: Study) -> Result:
    """Nearer their source in z_i than 95 % of other pictures are, and not the source again."""
    scenes = scenes_for(study, 11, any_scene)
    requests = [
        request("variation", row, [picture], strength=VARIATION_STRENGTH) for row, picture in enumerate(scenes.pictures)
    ]
    made = asked(study, "variations", requests)[:, 0]
    others, sources, found = (study.artist.see(pictures) for pictures in (study.real, scenes.pictures, made))
    own = (sources * found).sum(dim=1)
    beaten = (own[:, None] > found @ others.T).float().mean(dim=1)
    moved = (made.float() - scenes.pictures.float()).abs().flatten(1).mean(dim=1)
    return {
        "scenes": len(scenes),
        "nearer_than_95_of_100": round(float((beaten >= 0.95).float().mean()), 4),
        "nearer_than_share_of_others": round(float(beaten.mean()), 4),
        "cosine_to_source": round(float(own.mean()), 4),
        "mean_change_of_255": round(float(moved.mean()), 2),
        "sheet": in_pairs(study, "variations", scenes.pictures, made, scenes.captions),
    }


def blends(study: Study) -> Result:
    """Step by step nearer the second and further from the first, in z_i."""
    scenes = scenes_for(study, 12, any_scene)
    others = torch.roll(torch.arange(len(scenes)), -1)
    requests = [
        request("blend", row, [scenes.pictures[row], scenes.pictures[other]], thetas=BLEND_THETAS)
        for row, other in enumerate(others.tolist())
    ]
    frames = asked(study, "blends", requests, FRAME_SIZE)
    z = study.artist.see(scenes.pictures)
    seen = study.artist.see(frames.flatten(0, 1)).unflatten(0, frames.shape[:2])
    nearer = torch.einsum("nfd,nd->nf", seen, z[others]).tolist()
    further = (1 - torch.einsum("nfd,nd->nf", seen, z)).tolist()
    return {
        "pairs": len(scenes),
        "steps_towards_second": round(increasing_share(nearer), 4),
        "steps_away_from_first": round(increasing_share(further), 4),
        "monotone_throughout": round(float(np.mean([sorted(one) == one for one in nearer])), 4),
        "mean_likeness_to_second": [round(float(value), 4) for value in np.mean(nearer, axis=0)],
        "sheet": sheet(
            study.out / "sheets" / "blends.webp", list(frames[:6].flatten(0, 1)), [], columns=len(BLEND_THETAS)
        ),
    }


def text_diffs(study: Study) -> Result:
    """A single thing of its own colour is asked to be of another: is that seen, and is it still the thing?"""
    scenes = scenes_for(study, 13, one_plain_thing)
    change = study.corpus.atlas.facts["change"]
    rng = np.random.default_rng([study.seed, 13])
    wanted, requests, rows = [], [], []
    for row, sprite in enumerate(scenes.plan.sprite[:, 0]):
        far = np.nonzero(change[sprite] >= TOLD_APART)[0]
        if not len(far):
            continue
        fact = dataclasses.replace(scenes.facts[row], colour=COLOUR_NAMES[int(rng.choice(far))])
        thing = study.corpus.atlas.known[scenes.plan.subject[row]]
        words = {
            "from_prompt": noun_phrase(thing.name, thing.plural),
            "to_prompt": noun_phrase(thing.name, thing.plural, adjectives=str(fact.colour)),
        }
        requests.append(request("text_diff", row, [scenes.pictures[row]], thetas=DIFF_THETAS, **words))
        wanted.append(fact)
        rows.append(row)
    if not requests:
        return not_measured("no scene among so few has a thing that could be of another colour")
    frames = asked(study, "text-diffs", requests, FRAME_SIZE)
    by_theta = {}
    for number, theta in enumerate(DIFF_THETAS):
        found = verdicts(study.judge.answers(frames[:, number]), wanted, study.judge.classes)
        by_theta[f"{theta:g}"] = {
            "new_attribute": round(float(found["colour"].mean()), 4),
            "subject_kept": round(float(found["subject"].mean()), 4),
            "both": round(float((found["colour"] * found["subject"]).mean()), 4),
        }
    shown = [request.to_prompt for request in requests[:6] for _ in DIFF_THETAS]
    real = verdicts(study.judge.answers(scenes.pictures[rows]), wanted, study.judge.classes)
    return {
        "scenes": len(requests),
        "by_theta": by_theta,
        "best": max(row["both"] for row in by_theta.values()),
        "subject_seen_in_source": round(float(real["subject"].mean()), 4),
        "sheet": sheet(
            study.out / "sheets" / "text-diffs.webp", list(frames[:6].flatten(0, 1)), shown, columns=len(DIFF_THETAS)
        ),
    }


def edits(study: Study) -> Result:
    """The thing is erased with its shadow, and another is asked for in its place."""
    scenes = scenes_for(study, 14, one_thing)
    known = study.corpus.atlas.known
    # The sentence says what is to be there: the next scene's thing, in this scene's place and style.
    plan = scenes.plan.with_(
        subject=np.roll(scenes.plan.subject, 1), colour=np.full(len(scenes), NONE), material=np.full(len(scenes), NONE)
    )
    sentences = captions(plan, known)
    fallen = scenes.masks[:, 2] > HOLE
    holes = _wider((scenes.masks[:, 0] > HOLE) | fallen)
    requests = [
        request("edit", row, [_erased(scenes.pictures[row], holes[row])], sentences[row]) for row in range(len(scenes))
    ]
    made = asked(study, "edits", requests)[:, 0]
    kept = ~holes[:, None].expand_as(made)
    exact = ((made == scenes.pictures) | ~kept).flatten(1).all(dim=1).float()
    found = verdicts(study.judge.answers(made), facts(plan, known), study.judge.classes)
    shadows = [shadow_seen(made[row], holes[row], fallen[row]) for row in range(len(scenes)) if fallen[row].any()]
    return {
        "scenes": len(scenes),
        "asked_thing_seen": round(float(found["subject"].mean()), 4),
        "kept_pixels_exact": round(float(exact.mean()), 4),
        "shadow_seen": round(float(np.mean(shadows)), 4) if shadows else None,
        "shadow_seen_in_real": _real_shadows(scenes, holes, fallen),
        "sheet": in_pairs(study, "edits", scenes.pictures, made, sentences),
    }


def outpainting(study: Study) -> Result:
    """A picture is made half as long again to the right: is what was there exact, and is there a seam?"""
    scenes = scenes_for(study, 15, any_scene)
    requests = [
        DrawRequest(id="evaluation", kind="prompt", prompt=caption, seeds=(row,), size=SIZE)
        for row, caption in enumerate(scenes.captions)
    ]
    unclip = study.artist.unclip

    def draw(rows: slice) -> Tensor:
        pictures = [
            outpaint(
                unclip, picture.permute(1, 2, 0), asked_for, side="right", by=LONGER,
                watch=lambda done, total, pictures: None,
            )
            for picture, asked_for in zip(scenes.pictures[rows], requests[rows], strict=True)
        ]  # fmt: skip
        return torch.stack(pictures).permute(0, 3, 1, 2).contiguous()

    made = study.in_pieces("outpainting", f"{study.artist.hash} {LONGER}", requests, draw, PIECE)
    exact = [bool(torch.equal(after[..., :SIZE], before)) for after, before in zip(made, scenes.pictures, strict=True)]
    return {
        "scenes": len(scenes),
        "seam": round(float(np.median([seam(picture, SIZE) for picture in made])), 3),
        "seam_of_real": round(float(np.median([seam(picture, SIZE // 2) for picture in scenes.pictures])), 3),
        "kept_pixels_exact": round(float(np.mean(exact)), 4),
        "sheet": sheet(
            study.out / "sheets" / "outpainting.webp", list(made[:ON_SHEET]), scenes.captions[:ON_SHEET], columns=4,
            side=288,
        ),
    }  # fmt: skip


def in_pairs(study: Study, name: str, before: Tensor, after: Tensor, notes: Sequence[str]) -> str:
    count = min(ON_SHEET, len(before))
    shown = [picture for row in range(count) for picture in (before[row], after[row])]
    words = [note for row in range(count) for note in ("before", notes[row])]
    return sheet(study.out / "sheets" / f"{name}.webp", shown, words)


def seam(picture: Tensor, edge: int) -> float:
    """The jump across a vertical border against the jumps beside it, in the picture itself: 1 is no seam."""
    jumps = (picture[..., 1:].float() - picture[..., :-1].float()).abs().mean(dim=(0, 1))
    beside = torch.cat([jumps[edge - 13 : edge - 3], jumps[edge + 2 : edge + 12]]).mean()
    return float((jumps[edge - 1] + 1) / (beside + 1))


def _wider(holes: Tensor) -> Tensor:
    """(n, H, W)"""
    return F.max_pool2d(holes[:, None].float(), 2 * WIDER + 1, stride=1, padding=WIDER)[:, 0] > 0


def _erased(picture: Tensor, hole: Tensor) -> Tensor:
    return torch.cat([picture, torch.where(hole, 0, 255).to(torch.uint8)[None]])


def shadow_seen(picture: Tensor, hole: Tensor, fallen: Tensor) -> bool:
    """Where the shadow lay the ground is darker than the ground that was kept at the same height."""
    light = picture.float().mean(dim=0)
    beside = ~hole & fallen.any(dim=1)[:, None]
    if not bool(beside.any()):
        return False
    return float(light[beside].mean() - light[fallen].mean()) > SHADOW_SEEN


def _real_shadows(scenes: Scenes, holes: Tensor, fallen: Tensor) -> float | None:
    """How often this measure sees the composer's own."""
    rows = [row for row in range(len(scenes)) if fallen[row].any()]
    found = [shadow_seen(scenes.pictures[row], holes[row], fallen[row]) for row in rows]
    return round(float(np.mean(found)), 4) if found else None
