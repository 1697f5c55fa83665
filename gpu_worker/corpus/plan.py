"""What is in each of many scenes: every choice as one array, made by numpy from a seed, before a pixel is drawn.

`Plan` holds what is in the scene (words) and where it is (slots, filled by `layout.py`). A choice that would make a
held-out pair is drawn again; so a training plan holds none, and a held-out plan holds one in every scene.
"""

from dataclasses import dataclass, fields, replace

import numpy as np

from gpu_worker.corpus.atlas import Atlas
from gpu_worker.corpus.colour import COLOUR_NAMES, TARGETS, oklab_of
from gpu_worker.corpus.materials import MATERIAL_NAMES
from gpu_worker.corpus.places import PLACES
from gpu_worker.corpus.stage import DICE
from gpu_worker.corpus.styles import STYLES
from gpu_worker.corpus.vocabulary import PLAIN_PLACES, RELATION_SHARES, RELATIONS, SKY_PLACES, Vocabulary
from gpu_worker.corpus.weather import HOURS, WEATHERS

NONE = -1
SLOTS = 5
VISIBLE_CHANGE = 25.0  # CIE Lab ΔE under which a colour word is not said
MOVED_SHARE = 0.3  # nor where less than this of the drawing moves
SPLITS = ("train", "heldout", "all")

HANDLED = np.array([relation in {"holding", "wearing", "riding"} for relation in RELATIONS])
STYLE_COLOUR = np.array([style.colour for style in STYLES])
STYLE_PLACE, STYLE_GROUND, STYLE_HOUR, STYLE_COUNT, STYLE_SOLID = (
    np.array([getattr(style, name) for style in STYLES]) for name in ("place", "ground", "hour", "count", "solid")
)
PLACE_TINTED = np.array([place.colour not in {"", "white", "black", "gray"} for place in PLACES])
GROUND_LAB = oklab_of(np.array([place.rgb for place in PLACES]))
APART = 0.17  # OKLab distance under which a thing is lost on a plain ground of nearly its own colour


@dataclass
class Plan:
    """n scenes. Words are numbers into the tables; −1 is none."""

    subject: np.ndarray
    colour: np.ndarray
    material: np.ndarray
    count: np.ndarray
    relation: np.ndarray
    object: np.ndarray
    object_colour: np.ndarray
    place: np.ndarray
    hour: np.ndarray
    weather: np.ndarray
    style: np.ndarray
    place_said: np.ndarray  # whether the caption names the place
    dice: np.ndarray  # (n, DICE) uniform numbers for the painters
    words: np.ndarray  # (n, 12) uniform numbers for the caption's choices
    # (n, SLOTS): one drawing each, first drawn first; sprite −1 where there is none
    sprite: np.ndarray
    x: np.ndarray  # middle of the drawing's box
    y: np.ndarray
    height: np.ndarray  # of the box, as shares of the canvas
    flip: np.ndarray  # 1 or −1
    tilt: np.ndarray  # radians
    role: np.ndarray  # 0 subject, 1 object
    foot: np.ndarray  # where it meets the ground, for its shadow; above 1: none
    tint: np.ndarray  # the colour of this slot
    stuff: np.ndarray  # its material

    def __len__(self) -> int:
        return len(self.subject)

    def rows(self, index: np.ndarray | slice) -> "Plan":
        return Plan(**{f.name: getattr(self, f.name)[index] for f in fields(self)})

    def with_(self, **changes: np.ndarray) -> "Plan":
        return replace(self, **changes)


def blank(n: int) -> Plan:
    none, slots = np.full(n, NONE), (n, SLOTS)
    zero = np.zeros(slots, dtype=np.float32)
    return Plan(
        none.copy(), none.copy(), none.copy(), np.ones(n, dtype=int), none.copy(), none.copy(), none.copy(),
        np.zeros(n, dtype=int), np.zeros(n, dtype=int), np.zeros(n, dtype=int), np.zeros(n, dtype=int),
        np.zeros(n, dtype=bool), np.zeros((n, DICE), dtype=np.float32), np.zeros((n, 12), dtype=np.float32),
        np.full(slots, NONE), zero.copy(), zero.copy(), zero.copy(), np.ones(slots, dtype=np.float32), zero.copy(),
        np.zeros(slots, dtype=int), np.full(slots, 2.0, dtype=np.float32), np.full(slots, NONE), np.full(slots, NONE),
    )  # fmt: skip


def held_out(plan: Plan, vocabulary: Vocabulary) -> np.ndarray:
    """True for each scene that holds a held-out pair, said or unsaid, of its subject or of its second thing."""
    rule, found = vocabulary.rule, np.zeros(len(plan), dtype=bool)
    for thing, colour in ((plan.subject, plan.colour), (plan.object, plan.object_colour)):
        there = thing >= 0
        found |= there & (colour >= 0) & rule.colour[thing, colour]
        found |= there & rule.place[thing, plan.place] & place_seen(plan)
        found |= there & rule.style[thing, plan.style]
    return found | ((plan.relation >= 0) & rule.relation[plan.subject, plan.relation, plan.object])


def unwanted(plan: Plan, vocabulary: Vocabulary) -> np.ndarray:
    """True for each scene that is not to be drawn: a child with drink or a blade in its hands, a name on the list."""
    handled = (plan.relation >= 0) & HANDLED[plan.relation]
    harmful = handled & vocabulary.minor[plan.subject] & vocabulary.for_adults[plan.object]
    named = vocabulary.unwanted[plan.subject] | ((plan.object >= 0) & vocabulary.unwanted[plan.object])
    return harmful | named


def place_seen(plan: Plan) -> np.ndarray:
    """Whether the picture shows where it is: a style may replace the ground, and greys hide a coloured one."""
    seen = STYLE_PLACE[plan.style]
    plain = PLAIN_PLACES[plan.place]
    grey = (STYLE_COLOUR[plan.style] < 0.5) & PLACE_TINTED[plan.place]
    return seen & ~(plain & (~STYLE_GROUND[plan.style] | grey))


def drawn(rng: np.random.Generator, chance: np.ndarray, n: int) -> np.ndarray:
    return np.searchsorted(np.cumsum(chance), rng.random(n) * chance.sum() * (1 - 1e-9)).clip(0, len(chance) - 1)


def words(rng: np.random.Generator, n: int, vocabulary: Vocabulary, simple: float) -> Plan:
    """What is in n scenes, without a look at the held-out rule. simple: the share of plain, single, large ones."""
    plan = blank(n)
    easy = rng.random(n) < simple
    shape = rng.random(n)
    single = easy | (shape < 0.46)
    several = ~single & (shape < 0.60)
    pair = ~single & ~several
    plan.subject = drawn(rng, vocabulary.weight, n)
    plan.count = np.where(several, rng.integers(2, 6, n), 1)
    plan.relation = np.where(pair, drawn(rng, RELATION_SHARES, n), NONE)
    for relation in range(len(RELATIONS)):
        rows = np.nonzero(plan.relation == relation)[0]
        plan.subject[rows] = drawn(rng, vocabulary.subject_pool[relation], len(rows))
        plan.object[rows] = drawn(rng, vocabulary.object_pool[relation], len(rows))
    # Nothing stands on itself; the second thing makes room.
    same = (plan.object >= 0) & (plan.object == plan.subject)
    plan.relation[same], plan.object[same] = NONE, NONE

    plan.style = np.where(easy, 0, drawn(rng, vocabulary.style_share, n))
    ground = rng.random(n)
    plains, scenes = np.nonzero(PLAIN_PLACES)[0], np.nonzero(~PLAIN_PLACES)[0]
    white_or_black = rng.random(n) < 0.35
    plain_place = np.where(white_or_black, rng.integers(0, 2, n), plains[rng.integers(0, len(plains), n)])
    plan.place = np.where(ground < np.where(easy, 0.75, 0.3), plain_place, scenes[rng.integers(0, len(scenes), n)])
    outdoors = SKY_PLACES[plan.place] & ~easy & STYLE_HOUR[plan.style]
    plan.hour = np.where(outdoors & (rng.random(n) < 0.36), rng.integers(1, len(HOURS), n), 0)
    plan.weather = np.where(outdoors & (plan.hour < 2) & (rng.random(n) < 0.36), rng.integers(1, len(WEATHERS), n), 0)

    plan.material = np.where(rng.random(n) < 0.06, rng.integers(0, len(MATERIAL_NAMES), n), NONE)
    greys = STYLE_COLOUR[plan.style] < 0.5
    plan.material[greys] = NONE
    coloured = (rng.random(n) < 0.5) & (plan.material < 0) & ~greys
    plan.colour = np.where(coloured, rng.integers(0, len(COLOUR_NAMES), n), NONE)
    second = (plan.object >= 0) & (rng.random(n) < 0.3) & ~greys
    plan.object_colour = np.where(second, rng.integers(0, len(COLOUR_NAMES), n), NONE)
    said = rng.random(n)
    plan.place_said = said < np.where(PLAIN_PLACES[plan.place], 0.6, 0.92)
    plan.dice = rng.random((n, DICE), dtype=np.float32)
    plan.words = rng.random((n, 12), dtype=np.float32)
    return plan


def choose_sprites(plan: Plan, vocabulary: Vocabulary) -> tuple[np.ndarray, np.ndarray]:
    """(subject's, object's) drawing for each scene. A person's tone and gender come from one die, so all are even."""
    chosen = []
    solid = STYLE_SOLID[plan.style]
    for thing, die in ((plan.subject, plan.words[:, 10]), (plan.object, plan.words[:, 11])):
        pick = (die * vocabulary.sprite_count[thing]).astype(int)
        # The rows of `solid_sprites` are padded by repetition: any column will do.
        pick_solid = (die * vocabulary.solid_sprites.shape[1]).astype(int)
        sprite = np.where(solid, vocabulary.solid_sprites[thing, pick_solid], vocabulary.sprites[thing, pick])
        chosen.append(np.where(thing >= 0, sprite, NONE))
    return chosen[0], chosen[1]


def drop_unseen_colours(plan: Plan, atlas: Atlas, subject: np.ndarray, thing: np.ndarray) -> None:
    """No colour is given, nor said, where the eye would not see it: too small a change, or too small a part."""
    left = STYLE_COLOUR[plan.style]
    for sprite, colour in ((subject, plan.colour), (thing, plan.object_colour)):
        change = atlas.facts["change"][sprite, colour] * left
        unseen = (colour >= 0) & ((change < VISIBLE_CHANGE) | (atlas.facts["share"][sprite] < MOVED_SHARE))
        colour[unseen] = NONE


def part_from_ground(plan: Plan, atlas: Atlas, subject: np.ndarray, thing: np.ndarray) -> None:
    """No black radio on a black ground: a plain ground too near a thing's colour becomes the farthest plain one."""
    distance = np.full((len(plan), len(PLACES)), np.inf)
    targets = TARGETS.numpy()
    for sprite, colour in ((subject, plan.colour), (thing, plan.object_colour)):
        shade = np.where((colour >= 0)[:, None], targets[colour], atlas.facts["main"][sprite])
        far = np.linalg.norm(shade[:, None] - GROUND_LAB[None], axis=2)
        distance = np.minimum(distance, np.where((sprite >= 0)[:, None], far, np.inf))
    near = PLAIN_PLACES[plan.place] & (distance[np.arange(len(plan)), plan.place] < APART)
    plan.place[near] = np.where(PLAIN_PLACES, distance, -1)[near].argmax(1)


def candidates(rng: np.random.Generator, n: int, vocabulary: Vocabulary, atlas: Atlas, *, simple: float) -> Plan:
    """n scenes before any filter."""
    plan = words(rng, n, vocabulary, simple)
    sprites = choose_sprites(plan, vocabulary)
    drop_unseen_colours(plan, atlas, *sprites)
    part_from_ground(plan, atlas, *sprites)
    return plan


def choose(
    rng: np.random.Generator, n: int, vocabulary: Vocabulary, atlas: Atlas, *, split: str, simple: float
) -> Plan:
    """n scenes of a split: without (train), each with (heldout) or regardless of (all) held-out pairs."""
    if split not in SPLITS:
        raise ValueError(f"split is one of {', '.join(SPLITS)}, not {split!r}")
    kept: list[Plan] = []
    wanted = n
    for _ in range(200):
        # Held-out scenes are about a quarter of all; a training scene passes three times of four.
        tried = max(16, int(wanted * {"train": 1.5, "heldout": 4.5, "all": 1.02}[split]))
        batch = candidates(rng, tried, vocabulary, atlas, simple=simple)
        good = ~unwanted(batch, vocabulary)
        if split != "all":
            good &= held_out(batch, vocabulary) == (split == "heldout")
        batch = batch.rows(good)
        kept.append(batch.rows(slice(0, wanted)))
        wanted -= len(kept[-1])
        if wanted <= 0:
            return joined(kept)
    raise RuntimeError(f"this vocabulary has too few {split} scenes")


def joined(plans: list[Plan]) -> Plan:
    return Plan(**{f.name: np.concatenate([getattr(plan, f.name) for plan in plans]) for f in fields(Plan)})
