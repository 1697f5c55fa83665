"""The three prompts of the DALL·E 2 story, consecutive seeds from 0, none chosen."""

from __future__ import annotations

from gpu_worker.corpus.captions import Fact
from gpu_worker.corpus.heldout import STORY_PROMPTS
from gpu_worker.evaluation.judging import share
from gpu_worker.evaluation.labels import ATTRIBUTES, all_right, verdicts
from gpu_worker.evaluation.parts.attributes import missing
from gpu_worker.evaluation.sheets import sheet
from gpu_worker.evaluation.study import Result, Study


def _asked(subject: str, thing: str, colour: str | None = None, style: str | None = None) -> Fact:
    return Fact(subject, 1, colour, None, "riding", thing, None, None, None, None, style)


ASKED = dict(
    zip(
        STORY_PROMPTS,
        (
            _asked("astronaut", "skateboard", colour="yellow"),
            _asked("banana", "banana skateboard", colour="blue"),
            _asked("banana", "skateboard", style="van_gogh"),
        ),
        strict=True,
    )
)


def measure(study: Study) -> Result:
    seeds = list(range(study.sizes.story_seeds))
    result: Result = {"seeds": seeds}
    known = set(study.judge.classes["first"])
    for number, (prompt, fact) in enumerate(ASKED.items(), start=1):
        pictures = study.drawn(f"story-{number}", [prompt] * len(seeds), seeds, size=256)
        if not {fact.subject, str(fact.object)} <= known:
            # A corpus of a few shapes, in tests.
            result[prompt] = {"not_measured": "the corpus does not draw these things"}
            continue
        asked = [fact] * len(seeds)
        found = verdicts(study.judge.answers(pictures), asked, study.judge.classes)
        found["all"] = all_right(found)
        result[prompt] = {
            **{name: share(found[name]) for name in (*ATTRIBUTES, "all") if share(found[name]) is not None},
            "all_of": [int(found["all"].sum()), len(seeds)],
            "sheet": sheet(
                study.out / "sheets" / f"story-{number}.webp", list(pictures), [f"seed {seed}" for seed in seeds],
                verdicts=[missing(found, row) for row in range(len(seeds))], side=176,
            ),
        }  # fmt: skip
    return result
