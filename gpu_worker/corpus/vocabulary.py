"""Subjects, relations, places, styles and colours as arrays, for planning many scenes at once."""

from dataclasses import dataclass

import numpy as np

from gpu_worker.corpus.atlas import Atlas
from gpu_worker.corpus.colour import COLOUR_NAMES
from gpu_worker.corpus.heldout import Rule
from gpu_worker.corpus.mitigations import CHILDREN, FOR_ADULTS, unwanted_words
from gpu_worker.corpus.places import PLACE_NAMES, PLACES
from gpu_worker.corpus.styles import STYLE_NAMES, STYLES

RELATIONS = (
    "riding", "on top of", "under", "next to", "left of", "right of", "behind", "in front of", "wearing", "holding",
)  # fmt: skip
RELATION_PHRASES: dict[str, tuple[str, ...]] = {
    "riding": ("riding", "riding on"),
    "on top of": ("on top of", "standing on top of"),
    "under": ("under", "below", "underneath"),
    "next to": ("next to", "beside"),
    "left of": ("to the left of", "left of"),
    "right of": ("to the right of", "right of"),
    "behind": ("behind",),
    "in front of": ("in front of",),
    "wearing": ("wearing", "with"),
    "holding": ("holding", "carrying"),
}
# Of the scenes with a second thing; riding is what people ask for, left and right are what nets confuse.
RELATION_SHARES = np.array([0.18, 0.1, 0.07, 0.1, 0.11, 0.11, 0.08, 0.08, 0.09, 0.08])
CORE_SHARE = 0.6


@dataclass
class Vocabulary:
    names: list[str]
    core: np.ndarray
    weight: np.ndarray  # the chance of each subject where any will do
    subject_pool: list[np.ndarray]  # relation → chance of each subject
    object_pool: list[np.ndarray]
    sprites: np.ndarray  # (S, most) sprite numbers, padded by repeating
    sprite_count: np.ndarray
    solid_sprites: np.ndarray  # the same, 3D-looking ones only
    flies: np.ndarray
    arch: np.ndarray
    eyes: np.ndarray
    person: np.ndarray
    minor: np.ndarray  # children
    for_adults: np.ndarray  # what is not put into their hands
    unwanted: np.ndarray  # never drawn
    style_share: np.ndarray
    rule: Rule

    @classmethod
    def of(cls, atlas: Atlas) -> "Vocabulary":
        known = atlas.known
        core = np.array([subject.core for subject in known])

        def flag(name: str) -> np.ndarray:
            return np.array([name in subject.flags for subject in known])

        def kind(*names: str) -> np.ndarray:
            return np.array([subject.kind in names for subject in known])

        weight = np.where(core, CORE_SHARE / max(1, core.sum()), (1 - CORE_SHARE) / max(1, (~core).sum()))
        weight = weight / weight.sum()
        rides, holds, wears = (np.array([getattr(s, name) for s in known]) for name in ("rides", "holds", "wears"))
        seat = np.array([subject.seat is not None for subject in known])
        flies, arch = flag("flies"), flag("arch")
        grounded = ~flies & ~kind("garment") & ~arch
        small = grounded & ~kind("building", "furniture")
        base = grounded & kind("vehicle", "furniture", "building", "thing", "food", "instrument", "compound")
        over = (flies & ~kind("creature")) | arch
        pools = {
            "riding": (rides, seat), "on top of": (small & ~kind("vehicle"), base & ~flag("held")),
            "under": (small, over), "wearing": (wears, flag("hat") | flag("eyes")), "holding": (holds, flag("held")),
        }  # fmt: skip
        anything = (grounded, grounded)

        def chances(mask: np.ndarray) -> np.ndarray:
            # A tiny vocabulary may lack a pool; then anything serves, rather than nothing.
            share = np.where(mask, weight, 0) if mask.any() else weight
            return share / share.sum()

        def table(members: list[np.ndarray]) -> np.ndarray:
            most = max(len(m) for m in members)
            return np.stack([np.resize(m, most) for m in members])

        solid = atlas.facts["solid"]
        solids = [m[solid[m]] if solid[m].any() else m for m in atlas.of_subject]
        names = [subject.name for subject in known]
        style_share = np.array([style.share for style in STYLES])
        unnamed = frozenset(style.name for style in STYLES if style.unnamed)
        return cls(
            names, core, weight,
            [chances(pools.get(relation, anything)[0]) for relation in RELATIONS],
            [chances(pools.get(relation, anything)[1]) for relation in RELATIONS],
            table(atlas.of_subject), np.array([len(m) for m in atlas.of_subject]), table(solids),
            flies, arch, flag("eyes"), kind("person"),
            np.isin(names, sorted(CHILDREN)), np.isin(names, sorted(FOR_ADULTS)),
            np.array([bool(unwanted_words(name)) for name in names]), style_share / style_share.sum(),
            Rule.over(names, COLOUR_NAMES, PLACE_NAMES, STYLE_NAMES, RELATIONS, unnamed),
        )  # fmt: skip


PLAIN_PLACES = np.array([place.plain for place in PLACES])
SKY_PLACES = np.array([place.sky for place in PLACES])
