"""What is said of a scene, in grammatical English with paraphrases, and the facts a judge may ask for.

A caption says what the picture shows and no more: what a style takes away (colours in greys, the count in a Warhol, the
hour in ink) is neither said nor a fact. Half of the captions are what people type: "a photo of…", "a poster of…".
"""

from dataclasses import dataclass

import numpy as np

from gpu_worker.corpus.colour import COLOUR_NAMES
from gpu_worker.corpus.grammar import noun_phrase
from gpu_worker.corpus.materials import MATERIALS
from gpu_worker.corpus.places import PLACES
from gpu_worker.corpus.plan import STYLE_COLOUR, STYLE_COUNT, STYLE_HOUR, Plan, place_seen
from gpu_worker.corpus.styles import STYLES
from gpu_worker.corpus.subjects import Subject
from gpu_worker.corpus.vocabulary import RELATION_PHRASES, RELATIONS
from gpu_worker.corpus.weather import HOURS, WEATHERS

_MATERIAL_WORDS = tuple(MATERIALS.values())
_GREY = ("gray", "grey")
# People write both; a model that knows one spelling fails half of them.
_SPELLINGS = (("watercolor", "watercolour"), ("theater", "theatre"), ("colors", "colours"))


@dataclass(frozen=True)
class Fact:
    """What was asked and can be seen; None where it was not asked or cannot be seen."""

    subject: str
    count: int | None
    colour: str | None
    material: str | None
    relation: str | None
    object: str | None
    object_colour: str | None
    place: str | None
    hour: str | None
    weather: str | None
    style: str | None


def _one(options: tuple[str, ...], die: float) -> str:
    return options[min(int(die * len(options)), len(options) - 1)]


def _colour_word(colour: int, die: float) -> str:
    if colour < 0:
        return ""
    name = COLOUR_NAMES[colour]
    return _one(_GREY, die) if name == "gray" else name


def _told(plan: Plan) -> dict[str, np.ndarray]:
    """What may be said, for all scenes at once."""
    return {
        "place": plan.place_said & place_seen(plan),
        "hour": STYLE_HOUR[plan.style],
        "count": STYLE_COUNT[plan.style],
        "colour": STYLE_COLOUR[plan.style] > 0,
    }


def captions(plan: Plan, known: tuple[Subject, ...]) -> list[str]:
    told = _told(plan)
    return [_caption(plan, known, told, row) for row in range(len(plan))]


def _caption(plan: Plan, known: tuple[Subject, ...], told: dict[str, np.ndarray], row: int) -> str:
    dice = plan.words[row]
    thing = _thing(plan, known, told, row)
    where, when = "", ""
    if told["place"][row]:
        where = _one(PLACES[plan.place[row]].phrases, dice[3])
    if told["hour"][row]:
        when = " ".join(
            _one(table[number].phrases, dice[4])
            for table, number in ((HOURS, plan.hour[row]), (WEATHERS, plan.weather[row])) if number
        )  # fmt: skip
    scene = " ".join(part for part in (thing, where, when) if part)
    if where and dice[5] < 0.12 and plan.relation[row] < 0 and dice[7] >= 0.5:
        # "in the desert, a fox": people also start with the place.
        scene = f"{where}{' ' + when if when else ''}, {thing}"
    return _spelt(_in_style(plan, row, scene), dice[6])


def _thing(plan: Plan, known: tuple[Subject, ...], told: dict[str, np.ndarray], row: int) -> str:
    dice = plan.words[row]
    subject = known[plan.subject[row]]
    adjective = _colour_word(plan.colour[row], dice[0]) if told["colour"][row] else ""
    if plan.material[row] >= 0:
        adjective = _one(_MATERIAL_WORDS[plan.material[row]], dice[0])
    count = int(plan.count[row])
    if count > 1 and not told["count"][row]:
        count = 1
    phrase = noun_phrase(subject.name, subject.plural, count=count, adjectives=adjective)
    if plan.relation[row] < 0:
        return phrase
    relation = RELATIONS[plan.relation[row]]
    other = known[plan.object[row]]
    dye = _colour_word(plan.object_colour[row], dice[1]) if told["colour"][row] else ""
    second = noun_phrase(other.name, other.plural, adjectives=dye)
    return f"{phrase} {_one(RELATION_PHRASES[relation], dice[2])} {second}"


def _in_style(plan: Plan, row: int, scene: str) -> str:
    style, dice = STYLES[plan.style[row]], plan.words[row]
    if dice[7] < 0.5:
        lead = _one(style.before, dice[8])
        said = f"{lead} {scene}" if lead else scene
        # "a poster of …, bright lighting, vibrant colors", as people of this product type.
        return f"{said}, bright lighting, vibrant colors" if style.name == "poster" and dice[9] < 0.6 else said
    tail = _one(style.after, dice[8])
    if not tail:
        return scene
    if tail.startswith(("as ", "in ", "painted ", "by ", "drawn ", "embroidered ")) and dice[9] < 0.75:
        return f"{scene} {tail}"
    return f"{scene}, {tail}"


def _spelt(caption: str, die: float) -> str:
    if die < 0.35:
        for here, there in _SPELLINGS:
            caption = caption.replace(here, there)
    return caption


def facts(plan: Plan, known: tuple[Subject, ...]) -> list[Fact]:
    told = _told(plan)
    found = []
    for row in range(len(plan)):
        colours = told["colour"][row]
        style = STYLES[plan.style[row]]
        related = plan.relation[row] >= 0
        hour = told["hour"][row]
        found.append(
            Fact(
                subject=known[plan.subject[row]].name,
                count=int(plan.count[row]) if told["count"][row] else None,
                colour=COLOUR_NAMES[plan.colour[row]] if colours and plan.colour[row] >= 0 else None,
                material=tuple(MATERIALS)[plan.material[row]] if plan.material[row] >= 0 else None,
                relation=RELATIONS[plan.relation[row]] if related else None,
                object=known[plan.object[row]].name if related else None,
                object_colour=COLOUR_NAMES[plan.object_colour[row]]
                if colours and plan.object_colour[row] >= 0
                else None,
                place=PLACES[plan.place[row]].name if told["place"][row] else None,
                hour=HOURS[plan.hour[row]].name if hour and plan.hour[row] else None,
                weather=WEATHERS[plan.weather[row]].name if hour and plan.weather[row] else None,
                style=None if style.unnamed else style.name,
            )
        )
    return found
