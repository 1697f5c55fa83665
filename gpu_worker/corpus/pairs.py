"""Minimal pairs for CLIP: two scenes that differ in one thing, and so do their captions.

A contrastive net learns bags of words unless a batch holds pictures that only the binding tells apart. Three kinds: the
colours of two things swapped ("a red cube left of a green ball" / "a green cube left of a red ball"), left against
right, and one more or one fewer. The two of a pair share everything else: drawings, place, dice, even the wording.
"""

from dataclasses import dataclass

import numpy as np

from gpu_worker.corpus.colour import COLOUR_NAMES
from gpu_worker.corpus.layout import laid_out
from gpu_worker.corpus.plan import (
    NONE,
    STYLE_COLOUR,
    STYLE_COUNT,
    Plan,
    blank,
    choose_sprites,
    drop_unseen_colours,
    held_out,
    joined,
    part_from_ground,
    words,
)
from gpu_worker.corpus.scenes import Corpus
from gpu_worker.corpus.vocabulary import RELATIONS

KINDS = ("colours", "sides", "count")
_LEFT, _RIGHT = RELATIONS.index("left of"), RELATIONS.index("right of")


@dataclass
class Pairs:
    first: Plan
    second: Plan
    kind: np.ndarray  # into KINDS


def _candidates(corpus: Corpus, rng: np.random.Generator, n: int) -> tuple[Plan, Plan, np.ndarray]:
    vocabulary = corpus.vocabulary
    plan = words(rng, n, vocabulary, 0.0)
    kind = rng.integers(0, len(KINDS), n)
    paired = kind < 2
    pool = vocabulary.subject_pool[_LEFT]
    for column in (plan.subject, plan.object):
        column[paired] = rng.choice(len(pool), paired.sum(), p=pool)
    plan.relation[paired] = np.where(rng.random(paired.sum()) < 0.5, _LEFT, _RIGHT)
    plan.count[paired] = 1
    plan.material[:] = NONE
    alone = ~paired
    plan.relation[alone], plan.object[alone], plan.object_colour[alone] = NONE, NONE, NONE
    plan.count[alone] = rng.integers(1, 5, alone.sum())
    swap = kind == 0
    plan.colour[swap] = rng.integers(0, len(COLOUR_NAMES), swap.sum())
    plan.object_colour[swap] = rng.integers(0, len(COLOUR_NAMES), swap.sum())
    # Only in styles where the difference can be seen.
    plan.style[swap & (STYLE_COLOUR[plan.style] < 0.7)] = 0
    plan.style[(kind == 2) & ~STYLE_COUNT[plan.style]] = 0
    other = plan.rows(slice(None)).with_(
        colour=np.where(swap, plan.object_colour, plan.colour),
        object_colour=np.where(swap, plan.colour, plan.object_colour),
        relation=np.where(kind == 1, np.where(plan.relation == _LEFT, _RIGHT, _LEFT), plan.relation),
        count=np.where(kind == 2, plan.count + 1, plan.count),
    )
    return plan, other, kind


def minimal_pairs(corpus: Corpus, seed: int, count: int, *, split: str = "train") -> Pairs:
    """`count` pairs, none of whose two scenes holds a held-out pair of words in training."""
    rng = np.random.default_rng([seed, 1618])
    kept: list[tuple[Plan, Plan, np.ndarray]] = []
    have = 0
    for _ in range(200):
        first, second, kind = _candidates(corpus, rng, max(32, (count - have) * 3))
        asked = [(plan.colour.copy(), plan.object_colour.copy()) for plan in (first, second)]
        for plan in (first, second):
            drop_unseen_colours(plan, corpus.atlas, *choose_sprites(plan, corpus.vocabulary))
        part_from_ground(first, corpus.atlas, *choose_sprites(first, corpus.vocabulary))
        second.place[:] = first.place
        good = np.ones(len(kind), dtype=bool)
        for plan, (colour, object_colour) in zip((first, second), asked, strict=True):
            whole = (plan.colour == colour) & (plan.object_colour == object_colour)
            good &= whole | (kind != 0)
            if split == "train":
                good &= ~held_out(plan, corpus.vocabulary)
        # A colour dropped in one and kept in the other would be a second difference.
        good &= (kind == 0) | ((first.colour == second.colour) & (first.object_colour == second.object_colour))
        good &= ((first.object < 0) | (first.object != first.subject)) & ((kind != 0) | (first.colour != second.colour))
        rows = np.nonzero(good)[0][: count - have]
        kept.append((first.rows(rows), second.rows(rows), kind[rows]))
        have += len(rows)
        if have >= count:
            break
    else:
        raise RuntimeError("this vocabulary has too few minimal pairs")
    first, second = joined([part[0] for part in kept]), joined([part[1] for part in kept])
    layout_seed = rng.integers(0, 2**31)
    # The same dice for both layouts: what is not the difference stays where it was.
    placed = [
        laid_out(_emptied(plan), corpus.atlas, corpus.vocabulary, np.random.default_rng(layout_seed))
        for plan in (first, second)
    ]
    return Pairs(placed[0], placed[1], np.concatenate([part[2] for part in kept]))


def _emptied(plan: Plan) -> Plan:
    fresh = blank(len(plan))
    names = ("sprite", "x", "y", "height", "flip", "tilt", "role", "foot", "tint", "stuff")
    return plan.with_(**{name: getattr(fresh, name) for name in names})
