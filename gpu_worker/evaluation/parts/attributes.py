"""What of held-out prompts can be seen in the pictures: by the judge, beside what it sees in those scenes composed."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from gpu_worker.corpus.styles import STYLES
from gpu_worker.corpus.vocabulary import RELATIONS
from gpu_worker.evaluation.judging import share
from gpu_worker.evaluation.labels import ATTRIBUTES, PLAIN
from gpu_worker.evaluation.sheets import sheet
from gpu_worker.evaluation.statistics import bootstrap
from gpu_worker.evaluation.study import Result, Study

SCORED = (*ATTRIBUTES, "all")
ON_SHEET = 48


def measure(study: Study) -> Result:
    drawn, real = study.found(study.pictures), study.found(study.real)
    everything = np.ones(len(study.facts), dtype=bool)
    result: Result = {
        "prompts": len(study.facts),
        "all_subjects": compared(drawn, real, everything),
        "core": {"subjects": int(study.corpus.vocabulary.core.sum()), **compared(drawn, real, study.core)},
        "by_style": {
            name: {"all": share(drawn["all"][rows]), "subject": share(drawn["subject"][rows]), "asked": int(rows.sum())}
            for name, rows in _groups([fact.style or PLAIN for fact in study.facts], [s.name for s in STYLES]).items()
        },
        "by_relation": {
            name: {"relation": share(drawn["relation"][rows]), "ceiling": share(real["relation"][rows])}
            for name, rows in _groups([fact.relation for fact in study.facts], list(RELATIONS)).items()
        },
    }
    first = range(min(ON_SHEET, len(study.facts)))
    result["sheet"] = sheet(
        study.out / "sheets" / "prompts.webp", [study.pictures[n] for n in first], [study.prompts[n] for n in first],
        verdicts=[missing(drawn, n) for n in first],
    )  # fmt: skip
    return result


def compared(drawn: Mapping[str, np.ndarray], real: Mapping[str, np.ndarray], rows: np.ndarray) -> Result:
    """Raw with its interval, the judge's ceiling on composed scenes of the same prompts, and the one by the other."""
    result: Result = {}
    for name in SCORED:
        values = drawn[name][rows]
        raw, ceiling = share(values), share(real[name][rows])
        if raw is None:
            result[name] = {"asked": 0}
            continue
        _, low, high = bootstrap(values)
        result[name] = {
            "raw": raw,
            "interval": [round(low, 4), round(high, 4)],
            "ceiling": ceiling,
            "of_ceiling": round(raw / ceiling, 4) if ceiling else None,
            "asked": int((~np.isnan(values)).sum()),
        }
    return result


def missing(found: Mapping[str, np.ndarray], row: int) -> str:
    """ "right", or "no colour, place": what was asked and is not to be seen."""
    wrong = [name for name in ATTRIBUTES if found[name][row] == 0]
    return f"no {', '.join(wrong)}" if wrong else "right"


def _groups(values: list[str | None], names: list[str]) -> dict[str, np.ndarray]:
    found = {name: np.array([value == name for value in values]) for name in names}
    return {name: rows for name, rows in found.items() if rows.any()}
