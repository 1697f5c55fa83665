"""What the engine can do beside prompts, on held-out composed scenes, through the engine's own door.

Every operation is asked for as a person's request is: files in, files out. So what is measured is what is served.
"""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional as F

from gpu_worker.corpus.captions import captions, facts
from gpu_worker.corpus.colour import COLOUR_NAMES
from gpu_worker.corpus.plan import NONE, STYLE_COLOUR, Plan
from gpu_worker.corpus.scenes import Scenes
from gpu_worker.engines import Engine
from gpu_worker.evaluation.labels import verdicts
from gpu_worker.evaluation.sheets import sheet
from gpu_worker.evaluation.statistics import increasing_share
from gpu_worker.evaluation.study import Result, Study, heldout_plan, not_measured
from gpu_worker.request import BadRequest, DrawRequest

SIZE = 256
HOLE = 127  # of 255: where a mask of the composer counts as the thing
WIDER = 4  # pixels, at SIZE, that an erased thing is erased around
VARIATION_STRENGTH = 0.5
THETAS = tuple(step / 6 for step in range(7))
DIFF_THETAS = (0.0, 0.125, 0.25, 0.375, 0.5)
SHADOW_SEEN = 4.0  # of 255: how much darker than the ground beside it
OUT = 2  # the share of the width, 1/OUT, that an outpainted frame keeps
ON_SHEET = 12
FEWEST_PLANNED = 500  # planning costs nothing beside drawing, and few scenes suit a text diff


def measure(study: Study) -> Result:
    if study.engine is None:
        return not_measured("no engine was given")
    parts = {
        "variations": variations, "blends": blends, "text_diffs": text_diffs, "edits": edits,
        "outpainting": outpainting,
    }  # fmt: skip
    result: Result = {}
    for name, part in parts.items():
        try:
            result[name] = part(study, study.engine)
        except BadRequest as refused:
            result[name] = not_measured(f"the engine refuses it: {refused}")
    return result


def asked(engine: Engine, kind: str, prompt: str, seeds: tuple[int, ...], **fields: Any) -> list[Tensor]:
    """The pictures, bytes (3, SIZE, SIZE) each."""
    request = DrawRequest(id="evaluation", kind=kind, prompt=prompt, seeds=seeds, size=SIZE, **fields)
    result = engine.draw(request, progress=lambda preview: None, cancelled=lambda: False)
    return [from_png(blob) for blob in result.pictures]


def to_png(picture: Tensor) -> bytes:
    """(3 or 4, H, W) of bytes"""
    file = io.BytesIO()
    Image.fromarray(picture.permute(1, 2, 0).contiguous().numpy()).save(file, "PNG", compress_level=1)
    return file.getvalue()


def from_png(blob: bytes) -> Tensor:
    return torch.from_numpy(np.array(Image.open(io.BytesIO(blob)).convert("RGB"))).permute(2, 0, 1)


def scenes_for(study: Study, seed: int, fits: Callable[[Plan], np.ndarray]) -> Scenes:
    """As many held-out scenes as the study asks for, of those that fit."""
    wanted = study.sizes.operations
    plan = heldout_plan(study.corpus, max(FEWEST_PLANNED, wanted * 12), seed)
    return study.corpus.compose(plan.rows(np.nonzero(fits(plan))[0][:wanted]), SIZE)


def variations(study: Study, engine: Engine) -> Result:
    """Nearer their source in z_i than 95 % of other pictures are, and not the source again."""
    scenes = scenes_for(study, study.seed + 11, lambda plan: np.ones(len(plan), dtype=bool))
    others = study.artist.see(study.real)
    drawn = []
    for row, picture in enumerate(scenes.pictures):
        drawn += asked(engine, "variation", "", (row,), sources=(to_png(picture),), strength=VARIATION_STRENGTH)
        study.tell("variations", row + 1, len(scenes), 0)
    made = torch.stack(drawn)
    sources, found = study.artist.see(scenes.pictures), study.artist.see(made)
    own = (sources * found).sum(dim=1)
    beaten = (own[:, None] > found @ others.T).float().mean(dim=1)
    shown = [picture for pair in zip(scenes.pictures, made, strict=True) for picture in pair][: 2 * ON_SHEET]
    moved = (made.float() - scenes.pictures.float()).abs().flatten(1).mean(dim=1)
    return {
        "scenes": len(scenes),
        "nearer_than_others": round(float(beaten.mean()), 4),
        "nearer_than_95_of_100": round(float((beaten >= 0.95).float().mean()), 4),
        "cosine_to_source": round(float(own.mean()), 4),
        "mean_change_of_255": round(float(moved.mean()), 2),
        "sheet": sheet(study.out / "sheets" / "variations.webp", shown, ["source", "variation"] * (len(shown) // 2)),
    }


def blends(study: Study, engine: Engine) -> Result:
    """Step by step nearer the second and further from the first, in z_i."""
    scenes = scenes_for(study, study.seed + 12, lambda plan: np.ones(len(plan), dtype=bool))
    z, pictures = study.artist.see(scenes.pictures), scenes.pictures
    nearer: list[list[float]] = []
    further: list[list[float]] = []
    shown: list[Tensor] = []
    for row in range(len(scenes)):
        other = (row + 1) % len(scenes)
        sources = (to_png(pictures[row]), to_png(pictures[other]))
        frames = asked(engine, "blend", "", (row,), sources=sources, thetas=THETAS)
        seen = study.artist.see(torch.stack(frames))
        nearer.append((seen @ z[other]).tolist())
        further.append((1 - seen @ z[row]).tolist())
        if row < 4:
            shown += frames
        study.tell("blends", row + 1, len(scenes), 0)
    monotone = [sorted(one) == one for one in nearer]
    return {
        "pairs": len(scenes),
        "steps_towards_second": round(increasing_share(nearer), 4),
        "steps_away_from_first": round(increasing_share(further), 4),
        "monotone_throughout": round(float(np.mean(monotone)), 4),
        "mean_likeness_to_second": [round(float(value), 4) for value in np.mean(nearer, axis=0)],
        "sheet": sheet(study.out / "sheets" / "blends.webp", shown, [], columns=len(THETAS)),
    }


def text_diffs(study: Study, engine: Engine) -> Result:
    """A single thing of its own colour is asked to be of another: is that seen, and is it still the thing?"""

    def fits(plan: Plan) -> np.ndarray:
        alone = (plan.relation < 0) & (plan.count == 1) & (plan.material < 0) & (plan.colour < 0)
        return alone & (STYLE_COLOUR[plan.style] >= 0.9)

    scenes = scenes_for(study, study.seed + 13, fits)
    change, drawable = study.corpus.atlas.facts["change"], []
    rng = np.random.default_rng([study.seed, 13])
    for row, sprite in enumerate(scenes.plan.sprite[:, 0]):
        # A colour that can be told from its own.
        far = np.nonzero(change[sprite] >= 40)[0]
        if len(far):
            drawable.append((row, COLOUR_NAMES[int(rng.choice(far))]))
    right: dict[str, list[float]] = {f"{theta:g}": [] for theta in DIFF_THETAS}
    kept: dict[str, list[float]] = {f"{theta:g}": [] for theta in DIFF_THETAS}
    shown: list[Tensor] = []
    notes: list[str] = []
    for done, (row, colour) in enumerate(drawable, start=1):
        fact = scenes.facts[row]
        to_prompt = f"a {'grey' if colour == 'gray' else colour} {fact.subject}"
        frames = asked(
            engine, "text_diff", "", (row,), sources=(to_png(scenes.pictures[row]),), thetas=DIFF_THETAS,
            from_prompt=f"a {fact.subject}", to_prompt=to_prompt,
        )  # fmt: skip
        wanted = dataclasses.replace(fact, colour=colour)
        found = verdicts(study.judge.answers(torch.stack(frames)), [wanted] * len(frames), study.judge.classes)
        for number, theta in enumerate(right):
            right[theta].append(found["colour"][number])
            kept[theta].append(found["subject"][number])
        if len(shown) < 4 * len(frames):
            shown += frames
            notes += [to_prompt] * len(frames)
        study.tell("text diffs", done, len(drawable), 0)
    both = {theta: np.mean(np.multiply(right[theta], kept[theta])) for theta in right}
    return {
        "scenes": len(drawable),
        "by_theta": {
            theta: {
                "new_attribute": round(float(np.mean(right[theta])), 4),
                "subject_kept": round(float(np.mean(kept[theta])), 4),
                "both": round(float(both[theta]), 4),
            }
            for theta in right
        },
        "sheet": sheet(study.out / "sheets" / "text-diffs.webp", shown, notes, columns=len(DIFF_THETAS)),
    }


def edits(study: Study, engine: Engine) -> Result:
    """The main thing is erased with its shadow and another is asked for in its place."""

    def fits(plan: Plan) -> np.ndarray:
        return np.asarray((plan.relation < 0) & (plan.count == 1))

    scenes = scenes_for(study, study.seed + 14, fits)
    known = study.corpus.atlas.known
    # The sentence says what is to be there: the next scene's thing in this scene's place and style.
    asked_plan = scenes.plan.with_(
        subject=np.roll(scenes.plan.subject, 1), colour=np.full(len(scenes), NONE), material=np.full(len(scenes), NONE)
    )
    sentences, wanted = captions(asked_plan, known), facts(asked_plan, known)
    exact: list[bool] = []
    shadows: list[bool] = []
    results: list[Tensor] = []
    shown: list[Tensor] = []
    notes: list[str] = []
    for row in range(len(scenes)):
        picture, masks = scenes.pictures[row], scenes.masks[row]
        hole = _wider((masks[0] > HOLE) | (masks[2] > HOLE))
        rgba = torch.cat([picture, torch.where(hole, 0, 255).to(torch.uint8)[None]])
        made = asked(engine, "edit", sentences[row], (row,), sources=(to_png(rgba),))[0]
        exact.append(bool(torch.equal(made[:, ~hole], picture[:, ~hole])))
        results.append(made)
        if bool((masks[2] > HOLE).any()):
            shadows.append(_shadow_seen(made, hole, masks[2] > HOLE))
        if len(shown) < 2 * ON_SHEET:
            shown += [picture, made]
            notes += ["before", sentences[row]]
        study.tell("edits", row + 1, len(scenes), 0)
    found = verdicts(study.judge.answers(torch.stack(results)), wanted, study.judge.classes)
    return {
        "scenes": len(scenes),
        "asked_thing_seen": round(float(np.mean(found["subject"])), 4),
        "kept_pixels_exact": round(float(np.mean(exact)), 4),
        "shadow_seen": round(float(np.mean(shadows)), 4) if shadows else None,
        "sheet": sheet(study.out / "sheets" / "edits.webp", shown, notes),
    }


def outpainting(study: Study, engine: Engine) -> Result:
    """Half of the picture is kept and the other half painted: is there a seam?"""
    scenes = scenes_for(study, study.seed + 15, lambda plan: np.ones(len(plan), dtype=bool))
    edge = SIZE // OUT
    hole = torch.zeros(SIZE, SIZE, dtype=torch.bool)
    hole[:, edge:] = True
    scores: list[float] = []
    real: list[float] = []
    shown: list[Tensor] = []
    for row, picture in enumerate(scenes.pictures):
        rgba = torch.cat([picture, torch.where(hole, 0, 255).to(torch.uint8)[None]])
        made = asked(engine, "edit", scenes.captions[row], (row,), sources=(to_png(rgba),))[0]
        scores.append(seam(made, edge))
        real.append(seam(picture, edge))
        if len(shown) < 2 * ON_SHEET:
            shown += [picture, made]
        study.tell("outpainting", row + 1, len(scenes), 0)
    return {
        "scenes": len(scenes),
        "seam": round(float(np.median(scores)), 3),
        "seam_of_real": round(float(np.median(real)), 3),
        "sheet": sheet(study.out / "sheets" / "outpainting.webp", shown, ["before", "after"] * (len(shown) // 2)),
    }


def seam(picture: Tensor, edge: int) -> float:
    """The jump across a vertical border against the jumps beside it, in the picture itself: 1 is no seam."""
    jumps = (picture[..., 1:].float() - picture[..., :-1].float()).abs().mean(dim=(0, 1))
    beside = torch.cat([jumps[edge - 13 : edge - 3], jumps[edge + 2 : edge + 12]]).mean()
    return float((jumps[edge - 1] + 1) / (beside + 1))


def _wider(hole: Tensor) -> Tensor:
    side = 2 * WIDER + 1
    return F.max_pool2d(hole[None, None].float(), side, stride=1, padding=WIDER)[0, 0] > 0


def _shadow_seen(picture: Tensor, hole: Tensor, fallen: Tensor) -> bool:
    """Where the old shadow lay the ground is again darker than the ground that was kept at the same height."""
    light = picture.float().mean(dim=0)
    rows = fallen.any(dim=1)
    beside = ~hole & rows[:, None]
    if not bool(beside.any()):
        return False
    return float(light[beside].mean() - light[fallen].mean()) > SHADOW_SEEN
