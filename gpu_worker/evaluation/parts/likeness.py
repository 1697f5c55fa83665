"""How near the drawn pictures are, as a set, to real scenes; and whether captions find their pictures."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from torch import Tensor

from gpu_worker.corpus.captions import captions
from gpu_worker.evaluation.drawing import Artist
from gpu_worker.evaluation.sheets import sheet
from gpu_worker.evaluation.statistics import frechet, kid, mean_pairwise_distance, nearest, ranks_of_own
from gpu_worker.evaluation.study import PIECE, Result, Study, again, heldout_plan, not_measured
from gpu_worker.evaluation.yardstick import Yardstick

NEAREST_ON_SHEET = 16


def distances(study: Study) -> Result:
    """KID and FID at 256 of what was drawn, between a floor (other real scenes) and a ceiling (an untrained net)."""
    if study.yardstick is None:
        return not_measured("no yardstick was given")
    ruler = study.yardstick
    count, first = study.sizes.pictures, min(study.sizes.prompts, study.sizes.pictures)
    more = heldout_plan(study.corpus, count - first, study.seed + 1) if count > first else None
    prompts = study.prompts[:first]
    if more is not None:
        prompts = prompts + captions(more, study.corpus.atlas.known)
    seeds = study.seeds(first) + study.seeds(count - first, "more")

    def drawn_by(name: str, artist: Artist) -> np.ndarray:
        def pictures(rows: slice) -> Tensor:
            known = artist is study.artist and rows.stop <= first
            return study.pictures[rows] if known else artist.draw(prompts[rows], seeds[rows], 256)

        return _features(study, ruler, name, f"{artist.hash} {artist.dtype} {study.seed}", count, pictures)

    def real(name: str, seed: int) -> np.ndarray:
        plan = heldout_plan(study.corpus, count, seed)
        return _features(
            study, ruler, name, f"real {seed}", count, lambda rows: study.corpus.compose(plan.rows(rows), 256).pictures
        )

    reference = real("real-1", study.seed + 101)
    sets = {"floor": real("real-2", study.seed + 202), "drawn": drawn_by("drawn", study.artist)}
    if study.untrained is not None:
        sets["ceiling"] = drawn_by("untrained", study.untrained)
    result: Result = {"features": ruler.name, "pictures": count}
    for name, rows in sets.items():
        mean, error = kid(reference, rows)
        result[name] = {
            "frechet": round(frechet(reference, rows), 3),
            "kid": round(mean, 6),
            "kid_standard_error": round(error, 6),
        }
    if ruler.note:
        result["note"] = ruler.note
    if "ceiling" in result:
        result["above_floor_of_ceilings"] = round(
            (result["drawn"]["frechet"] - result["floor"]["frechet"])
            / (result["ceiling"]["frechet"] - result["floor"]["frechet"]), 4,
        )  # fmt: skip
    return result


def _features(
    study: Study, ruler: Yardstick, name: str, made_from: str, count: int, pictures: Callable[[slice], Tensor]
) -> np.ndarray:
    """Only features are kept: five thousand pictures of 256² are a gigabyte."""
    known_by = f"features {ruler.name} {study.judge.hash if ruler.name == 'judge' else ''} {made_from}"
    found = study.in_pieces(
        f"features-{name}", known_by, list(range(count)), lambda rows: ruler.features(pictures(rows))
    )
    return found.numpy()


def retrieval(study: Study) -> Result:
    """Our CLIP: how often a caption finds its own picture among all, drawn and real."""
    words = study.artist.z_of_text(study.prompts)
    result: Result = {"among": len(study.prompts)}
    for name, pictures in (("drawn", study.pictures), ("real", study.real)):
        ranks = ranks_of_own((words @ study.artist.see(pictures).T).numpy())
        result[name] = {
            "first": round(float((ranks < 1).mean()), 4),
            "among_five": round(float((ranks < 5).mean()), 4),
            "median_rank": float(np.median(ranks)) + 1,
        }
    return result


def variety(study: Study) -> Result:
    """At one prompt and many seeds: how far apart the pictures are, beside as many scenes of the same words."""
    prompts, seeds = study.sizes.variety_prompts, study.sizes.variety_seeds
    chosen = np.linspace(0, len(study.prompts) - 1, min(prompts, len(study.prompts))).astype(int)
    plan = again(study.plan.rows(np.repeat(chosen, seeds)), study.corpus, study.seed)
    said = [study.prompts[row] for row in chosen for _ in range(seeds)]
    pictures = {
        "drawn": study.drawn("variety", said, study.seeds(len(said), "variety")),
        "real": study.composed("variety-real", plan, 64),
    }
    result: Result = {"prompts": len(chosen), "seeds": seeds}
    for name, found in pictures.items():
        features = study.judge.features(found).numpy().reshape(len(chosen), seeds, -1)
        result[name] = round(float(np.mean([mean_pairwise_distance(rows) for rows in features])), 4)
    result["of_real"] = round(result["drawn"] / result["real"], 4) if result["real"] else None
    rows = min(4, len(chosen))
    shown = list(pictures["drawn"][: rows * seeds])
    result["sheet"] = sheet(study.out / "sheets" / "variety.webp", shown, said[: rows * seeds], columns=seeds, side=96)
    return result


def neighbours(study: Study) -> Result:
    """Are drawings nearer to training scenes than real scenes that were never trained on? In z_i of our CLIP."""
    count = study.sizes.neighbours
    known = _training_features(study, count).numpy()
    result: Result = {"training_scenes": count}
    found = {
        name: nearest(study.artist.see(pictures).numpy(), known)
        for name, pictures in (("drawn", study.pictures), ("real", study.real))
    }
    for name, (_, values) in found.items():
        result[name] = {
            "mean": round(float(values.mean()), 4),
            "quantiles": {f"{q:g}": round(float(np.quantile(values, q)), 4) for q in (0.05, 0.5, 0.95, 0.99)},
            "values": [round(float(value), 4) for value in values],
        }
    drawn_places, drawn_values = found["drawn"]
    limit = float(np.quantile(found["real"][1], 0.99))
    result["nearer_than_99_of_100_real"] = round(float((drawn_values > limit).mean()), 4)
    closest = np.argsort(-drawn_values)[:NEAREST_ON_SHEET]
    shown, notes = [], []
    for row in closest:
        shown += [study.pictures[row], _training_scene(study, int(drawn_places[row]))]
        notes += [study.prompts[row], f"nearest of {count} training scenes: {drawn_values[row]:.3f}"]
    result["sheet"] = sheet(study.out / "sheets" / "neighbours.webp", shown, notes)
    return result


def _training_features(study: Study, count: int) -> Tensor:
    def made(rows: slice) -> Tensor:
        return study.artist.see(_training_piece(study, rows.start))[: rows.stop - rows.start]

    return study.in_pieces("neighbours", f"training {study.artist.hash}", list(range(count)), made)


def _training_piece(study: Study, start: int) -> Tensor:
    return study.training.batch(start, 64, PIECE, split="train").pictures


def _training_scene(study: Study, place: int) -> Tensor:
    return _training_piece(study, place - place % PIECE)[place % PIECE]
