"""What a judge is asked of a picture: the classes of each question, the answers of composed scenes, and the verdict.

Two things in one picture have no "main" one that could be seen: "a cat left of a dog" and "a dog right of a cat" are
the same scene, and so are "behind" and "in front of". So the judge is asked for the first and the second thing in an
order that the picture itself has (left before right, near before far, who rides before what is ridden), and only the
verdict goes back to the words of the prompt.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from torch import Tensor

from gpu_worker.corpus.captions import Fact
from gpu_worker.corpus.colour import COLOUR_NAMES
from gpu_worker.corpus.materials import MATERIAL_NAMES
from gpu_worker.corpus.places import PLACE_NAMES
from gpu_worker.corpus.plan import STYLE_COLOUR, STYLE_COUNT, STYLE_HOUR, Plan, place_seen
from gpu_worker.corpus.styles import STYLES
from gpu_worker.corpus.vocabulary import RELATIONS, SKY_PLACES
from gpu_worker.corpus.weather import HOUR_NAMES, WEATHER_NAMES

NONE = "none"
PLAIN = "plain"
NOT_ASKED = -100
Classes = dict[str, tuple[str, ...]]

# What a relation looks like, and whether its second thing comes first in the picture's own order.
SEEN_AS: Mapping[str, tuple[str, bool]] = {
    "riding": ("riding", False),
    "on top of": ("on top of", False),
    "under": ("under", False),
    "next to": ("beside", False),
    "left of": ("beside", False),
    "right of": ("beside", True),
    "behind": ("in front of", True),
    "in front of": ("in front of", False),
    "wearing": ("wearing", False),
    "holding": ("holding", False),
}
# Either may be on the left.
UNORDERED = "next to"
_SEEN_RELATIONS = tuple(dict.fromkeys(seen for seen, _ in SEEN_AS.values()))
_NAMED_STYLES = tuple(style.name for style in STYLES if not style.unnamed)

# What is scored, in the order of the page. `object` is the second thing of a relation.
ATTRIBUTES = (
    "subject", "colour", "relation", "object", "object_colour", "count", "place", "style", "hour", "weather",
    "material",
)  # fmt: skip
SIX = ("subject", "colour", "relation", "count", "place", "style")
# "All that was asked" is these: a relation is not there without its second thing.
TOGETHER = ("subject", "colour", "relation", "object", "count", "place", "style")


def classes_of(subjects: Sequence[str]) -> Classes:
    return {
        "first": tuple(subjects),
        "second": (NONE, *subjects),
        "relation": (NONE, *_SEEN_RELATIONS),
        "first_colour": (NONE, *COLOUR_NAMES),
        "second_colour": (NONE, *COLOUR_NAMES),
        "count": ("1", "2", "3", "4", "5"),
        "place": PLACE_NAMES,
        "style": (PLAIN, *_NAMED_STYLES),
        "hour": HOUR_NAMES,
        "weather": WEATHER_NAMES,
        "material": (NONE, *MATERIAL_NAMES),
    }


def labels_of(plan: Plan, classes: Classes) -> dict[str, np.ndarray]:
    """For each question the right answer of every scene, NOT_ASKED where the picture cannot show it."""
    related = plan.relation >= 0
    swapped = related & _object_first(plan)
    first = np.where(swapped, plan.object, plan.subject)
    second = np.where(swapped, plan.subject, plan.object)
    colours = STYLE_COLOUR[plan.style] > 0
    hours = STYLE_HOUR[plan.style] & SKY_PLACES[plan.place]
    seen_as = np.array([classes["relation"].index(SEEN_AS[name][0]) for name in RELATIONS])
    style_class = np.array([classes["style"].index(PLAIN if s.unnamed else s.name) for s in STYLES])
    # A thing of gold or ice is of no named colour, nor of none; no picture of several says how many of one kind.
    dye = np.where(colours & (plan.material < 0), plan.colour + 1, NOT_ASKED)
    other_dye = np.where(related & colours, plan.object_colour + 1, NOT_ASKED)
    return {
        "first": first,
        "second": np.where(related, second + 1, 0),
        "relation": np.where(related, seen_as[plan.relation], 0),
        "first_colour": np.where(swapped, other_dye, dye),
        "second_colour": np.where(swapped, dye, other_dye),
        "count": np.where(STYLE_COUNT[plan.style] & ~related, plan.count - 1, NOT_ASKED),
        "place": np.where(place_seen(plan), plan.place, NOT_ASKED),
        "style": style_class[plan.style],
        "hour": np.where(hours, plan.hour, NOT_ASKED),
        "weather": np.where(hours, plan.weather, NOT_ASKED),
        "material": np.where(colours, plan.material + 1, NOT_ASKED),
    }


def _object_first(plan: Plan) -> np.ndarray:
    table = np.array([SEEN_AS[name][1] for name in RELATIONS])
    rows = np.arange(len(plan))
    there = plan.sprite >= 0
    x_subject = plan.x[rows, np.argmax(there & (plan.role == 0), axis=1)]
    x_object = plan.x[rows, np.argmax(there & (plan.role == 1), axis=1)]
    unordered = plan.relation == RELATIONS.index(UNORDERED)
    return np.where(unordered, x_object < x_subject, table[plan.relation])


def verdicts(answers: Mapping[str, Tensor], facts: Sequence[Fact], classes: Classes) -> dict[str, np.ndarray]:
    """For each attribute 1 where the picture shows what was asked, 0 where not, NaN where it was not asked.

    answers: (n, classes) of log-probabilities for each question. `count` is asked where a number is named.
    """
    best = {name: value.argmax(1).tolist() for name, value in answers.items()}
    found = {name: np.full(len(facts), np.nan) for name in ATTRIBUTES}
    for row, fact in enumerate(facts):
        seen = {name: classes[name][best[name][row]] for name in classes}
        things = {seen["first"]} if fact.relation is None else {seen["first"], seen["second"]}
        swapped = False
        if fact.relation is not None and fact.object is not None:
            swapped, ordered = _order(answers, row, fact, classes)
            right = seen["relation"] == SEEN_AS[fact.relation][0]
            found["relation"][row] = right and (ordered or fact.relation == UNORDERED)
            found["object"][row] = fact.object in things
        found["subject"][row] = fact.subject in things
        mine, other = ("second_colour", "first_colour") if swapped else ("first_colour", "second_colour")
        asked = {
            "colour": (fact.colour, seen[mine]),
            "object_colour": (fact.object_colour, seen[other]),
            "count": (str(fact.count) if fact.count is not None and fact.count > 1 else None, seen["count"]),
            **{name: (getattr(fact, name), seen[name]) for name in ("place", "style", "hour", "weather", "material")},
        }
        for name, (wanted, shown) in asked.items():
            if wanted is not None:
                found[name][row] = wanted == shown
    return found


def _order(answers: Mapping[str, Tensor], row: int, fact: Fact, classes: Classes) -> tuple[bool, bool]:
    """(whether the second thing comes first in the picture, whether that is as the relation has it)"""
    subject, thing = classes["first"].index(fact.subject), classes["first"].index(str(fact.object))
    first, second = answers["first"][row], answers["second"][row]
    as_said = float(first[subject] + second[thing + 1])
    reversed_ = float(first[thing] + second[subject + 1])
    object_first = reversed_ > as_said
    wanted = SEEN_AS[str(fact.relation)][1]
    return object_first, object_first == wanted


def all_right(found: Mapping[str, np.ndarray], names: Sequence[str] = TOGETHER) -> np.ndarray:
    """1 where nothing that was asked is wrong."""
    wrong = np.stack([found[name] == 0 for name in names]).any(axis=0)
    return (~wrong).astype(float)


def as_tensors(labels: Mapping[str, np.ndarray]) -> dict[str, Tensor]:
    return {name: torch.from_numpy(np.ascontiguousarray(value, dtype=np.int16)) for name, value in labels.items()}
