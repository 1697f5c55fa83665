"""The rule for what is never trained on, fixed in code before any training.

A pair of words is held out when its hash is 0 modulo 20: (subject, colour), (subject, relation, object),
(subject, place) and (subject, style). So are the best-known prompts of the DALL·E 2 story, whose riders meet no
skateboard in training. A training scene holds none of these, whatever is said or left unsaid in its caption; every
evaluation prompt holds one. The hash is of the words alone: adding a subject moves nothing else across the line.
"""

import hashlib
from dataclasses import dataclass

import numpy as np

MODULUS = 20
STORY_RELATIONS = frozenset(
    {
        ("astronaut", "riding", "skateboard"),
        ("banana", "riding", "skateboard"),
        ("banana", "riding", "banana skateboard"),
    }
)
STORY_PROMPTS = (
    "a yellow astronaut riding a skateboard",
    "a blue banana riding a banana skateboard",
    "a banana riding a skateboard painted by Van Gogh",
)


def word_number(word: str) -> np.uint64:
    return np.uint64(int.from_bytes(hashlib.blake2b(word.encode(), digest_size=8).digest(), "big"))


def _stirred(x: np.ndarray) -> np.ndarray:
    """splitmix64's finish: every bit in moves half the bits out."""
    with np.errstate(over="ignore"):
        x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return x ^ (x >> np.uint64(31))


def held_out(*words: np.ndarray) -> np.ndarray:
    """True where a tuple of word numbers (arrays that broadcast) is held out. Order matters."""
    state = np.zeros(np.broadcast_shapes(*(np.shape(word) for word in words)), dtype=np.uint64)
    with np.errstate(over="ignore"):
        for word in words:
            state = _stirred(state * np.uint64(3) + np.asarray(word, dtype=np.uint64))
    return state % np.uint64(MODULUS) == 0


@dataclass
class Rule:
    """The rule as tables over one vocabulary: colour (S, C), place (S, P), style (S, T), relation (S, R, S)."""

    colour: np.ndarray
    place: np.ndarray
    style: np.ndarray
    relation: np.ndarray

    @classmethod
    def over(
        cls, subjects: list[str], colours: tuple[str, ...], places: tuple[str, ...], styles: tuple[str, ...],
        relations: tuple[str, ...], unnamed_styles: frozenset[str],
    ) -> "Rule":  # fmt: skip
        s, c, p, t, r = (
            np.array([word_number(f"{kind}:{word}") for word in words], dtype=np.uint64)
            for kind, words in (
                ("subject", subjects),
                ("colour", colours),
                ("place", places),
                ("style", styles),
                ("relation", relations),
            )
        )
        style = held_out(s[:, None], t[None])
        # No style is not a style: every subject is seen as it is.
        style[:, [n for n, name in enumerate(styles) if name in unnamed_styles]] = False
        rule = cls(
            held_out(s[:, None], c[None]), held_out(s[:, None], p[None]), style,
            held_out(s[:, None, None], r[None, :, None], s[None, None]),
        )  # fmt: skip
        place_of = {name: n for n, name in enumerate(subjects)}
        for subject, relation, thing in STORY_RELATIONS:
            if subject in place_of and thing in place_of:
                rule.relation[place_of[subject], relations.index(relation), place_of[thing]] = True
        for subject, colour in (("astronaut", "yellow"), ("banana", "blue")):
            if subject in place_of and colour in colours:
                rule.colour[place_of[subject], colours.index(colour)] = True
        if "banana" in place_of and "van_gogh" in styles:
            rule.style[place_of["banana"], styles.index("van_gogh")] = True
        return rule
