"""What a judge is asked, and how its answers become verdicts."""

import numpy as np
import pytest
import torch

from gpu_worker.corpus.captions import Fact
from gpu_worker.corpus.plan import STYLE_COLOUR, STYLE_COUNT
from gpu_worker.corpus.vocabulary import RELATIONS
from gpu_worker.evaluation.labels import ATTRIBUTES, NOT_ASKED, SEEN_AS, all_right, classes_of, labels_of, verdicts
from tests.gpu_worker.judges import corpus

CLASSES = classes_of(("cat", "horse", "penguin"))
NOTHING = dict.fromkeys(Fact.__dataclass_fields__)


def fact(**fields) -> Fact:
    return Fact(**{**NOTHING, "count": 1, **fields})


def seen(**answers) -> dict[str, torch.Tensor]:
    """One picture in which the judge is nearly sure of what is named here, and of the first class of all else."""
    found = {}
    for name, kinds in CLASSES.items():
        score = torch.zeros(1, len(kinds))
        score[0, kinds.index(answers.get(name, kinds[0]))] = 5.0
        found[name] = score.log_softmax(dim=1)
    return found


def verdict(asked: Fact, **answers) -> dict[str, float]:
    found = verdicts(seen(**answers), [asked], CLASSES)
    return {name: float(values[0]) for name, values in found.items() if not np.isnan(values[0])}


def test_only_what_is_asked_is_scored():
    assert verdict(fact(subject="cat"), first="cat") == {"subject": 1}
    assert verdict(fact(subject="cat", colour="red"), first="horse", first_colour="red") == {"subject": 0, "colour": 1}
    assert verdict(fact(subject="cat", count=3), first="cat", count="2") == {"subject": 1, "count": 0}
    assert verdict(fact(subject="cat", place="moon", style="ink"), place="moon", style="oil") == {
        "subject": 1, "place": 1, "style": 0,
    }  # fmt: skip


def test_one_scene_has_two_names():
    """The cat stands left of the horse: so the horse is right of the cat, and neither is the other way round."""
    there = {"first": "cat", "second": "horse", "relation": "beside"}
    right = {"subject": 1, "relation": 1, "object": 1}
    assert verdict(fact(subject="cat", relation="left of", object="horse"), **there) == right
    assert verdict(fact(subject="horse", relation="right of", object="cat"), **there) == right
    assert verdict(fact(subject="horse", relation="next to", object="cat"), **there) == right
    assert verdict(fact(subject="cat", relation="next to", object="horse"), **there) == right
    wrong = {**right, "relation": 0}
    assert verdict(fact(subject="horse", relation="left of", object="cat"), **there) == wrong
    assert verdict(fact(subject="cat", relation="right of", object="horse"), **there) == wrong
    assert verdict(fact(subject="cat", relation="riding", object="horse"), **there) == wrong


def test_near_comes_before_far():
    there = {"first": "cat", "second": "horse", "relation": "in front of"}
    assert verdict(fact(subject="cat", relation="in front of", object="horse"), **there)["relation"] == 1
    assert verdict(fact(subject="horse", relation="behind", object="cat"), **there)["relation"] == 1
    assert verdict(fact(subject="cat", relation="behind", object="horse"), **there)["relation"] == 0


def test_colours_go_with_their_things():
    there = {"first": "cat", "second": "horse", "relation": "beside", "first_colour": "red", "second_colour": "blue"}
    asked = fact(subject="cat", relation="left of", object="horse", colour="red", object_colour="blue")
    assert verdict(asked, **there)["colour"] == verdict(asked, **there)["object_colour"] == 1
    turned = fact(subject="horse", relation="right of", object="cat", colour="blue", object_colour="red")
    assert verdict(turned, **there)["colour"] == verdict(turned, **there)["object_colour"] == 1
    swapped = fact(subject="cat", relation="left of", object="horse", colour="blue", object_colour="red")
    assert verdict(swapped, **there)["colour"] == verdict(swapped, **there)["object_colour"] == 0


def test_together_means_nothing_is_missing():
    found = {name: np.array([1.0, np.nan, 1.0]) for name in ATTRIBUTES}
    found["object"] = np.array([1.0, np.nan, 0.0])
    assert all_right(found).tolist() == [1, 1, 0]


def test_a_judge_that_reads_the_plan_is_always_right():
    """The labels and the verdicts are two ways to say the same: what holds them together is this."""
    ours = corpus()
    scenes = ours.batch(3, 32, 400, split="all")
    classes = classes_of(ours.vocabulary.names)
    labels = labels_of(scenes.plan, classes)
    answers = {}
    for name, kinds in classes.items():
        score = torch.zeros(len(scenes), len(kinds))
        answer = torch.from_numpy(labels[name].astype(np.int64))
        score[torch.arange(len(scenes)), answer.clamp_min(0)] = 5.0
        answers[name] = score.log_softmax(dim=1)
    found = verdicts(answers, scenes.facts, classes)
    for name, values in found.items():
        asked = values[~np.isnan(values)]
        assert len(asked) > 0 and (asked == 1).all(), name
    assert {fact.relation for fact in scenes.facts} == {None, *RELATIONS}


def test_nothing_invisible_is_taught():
    ours = corpus()
    plan = ours.plan(4, 600, split="all")
    labels = labels_of(plan, classes_of(ours.vocabulary.names))
    grey = STYLE_COLOUR[plan.style] == 0
    assert grey.any() and (labels["first_colour"][grey] == NOT_ASKED).all()
    assert (labels["second_colour"][grey] == NOT_ASKED).all()
    uncountable = ~STYLE_COUNT[plan.style]
    assert uncountable.any() and (labels["count"][uncountable] == NOT_ASKED).all()
    assert (labels["second"][plan.relation < 0] == 0).all()


@pytest.mark.parametrize("relation", RELATIONS)
def test_every_relation_has_a_look(relation):
    assert SEEN_AS[relation][0] in CLASSES["relation"]
