"""From the parts' results to one JSON and one page that needs nothing beside it."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

from gpu_worker.evaluation import plots
from gpu_worker.evaluation.labels import ATTRIBUTES, SIX
from gpu_worker.evaluation.study import Result

TITLES = {
    "judge": "The judge on fresh real scenes",
    "attributes": "What of the prompt can be seen",
    "distances": "Distance from real scenes",
    "retrieval": "Captions find their pictures",
    "ablations": "What each part is worth",
    "variety": "Variety at one prompt",
    "neighbours": "Nearest training neighbours",
    "edits": "Edits: a thing erased, another asked for",
    "variations": "Variations",
    "text_diffs": "Text diffs: another colour asked for",
    "blends": "Blends",
    "outpainting": "Outpainting",
    "story": "The three prompts of the story",
    "timing": "Time and memory",
}
STYLE = """body{font:15px/1.5 system-ui,sans-serif;color:#1e222a;max-width:76rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse;margin:.6rem 0}td,th{padding:.15rem .7rem;text-align:right;
border-bottom:1px solid #dee2e8}
td:first-child,th:first-child{text-align:left}img{max-width:100%}.no{color:#be3228}h2{margin-top:2.4rem}"""


def record(parts: Mapping[str, Result], about: Mapping[str, Any]) -> Result:
    """Top-level subject, colour, relation, count, place, style as fractions; everything else below them."""
    found = parts.get("attributes", {}).get("all_subjects", {})
    return {
        **{name: found.get(name, {}).get("raw") for name in SIX},
        "all": found.get("all", {}).get("raw"),
        "about": dict(about),
        "parts": {name: _without_bulk(result) for name, result in parts.items()},
    }


def _without_bulk(result: Any) -> Any:
    """Single values of a thousand pictures are for the plots, not for the record."""
    if not isinstance(result, Mapping):
        return result
    return {name: _without_bulk(value) for name, value in result.items() if name != "values"}


def page(parts: Mapping[str, Result], about: Mapping[str, Any], out: Path) -> str:
    body = [f"<h1>Evaluation</h1>{_table([(name, str(value)) for name, value in about.items()])}"]
    for name, result in parts.items():
        body.append(f"<h2>{escape(TITLES.get(name, name))}</h2>")
        body.append(_told(name, result))
        body += [_image(out / "sheets" / file) for file in _sheets(result)]
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Evaluation</title>'
        f"<style>{STYLE}</style>{''.join(body)}</html>\n"
    )


def _told(name: str, result: Result) -> str:
    if "not_measured" in result:
        return f'<p class="no">Not measured: {escape(str(result["not_measured"]))}.</p>'
    plot = PLOTS[name](result) if name in PLOTS else ""
    return plot + _figures(result, shown=not plot)


def _attributes(result: Result) -> str:
    parts = []
    for title, key in (("All subjects", "all_subjects"), ("Core", "core")):
        rows = [
            (name, found["raw"], found["ceiling"], tuple(found["interval"]))
            for name, found in result[key].items()
            if name in (*ATTRIBUTES, "all") and found.get("raw") is not None
        ]
        parts.append(f"<h3>{title}</h3>{plots.bars(rows)}")
    parts.append("<p>Blue: share of pictures that show what was asked, with its 95 % interval; pale: what the judge "
                 "sees on composed scenes of the same prompts.</p>")  # fmt: skip
    return "".join(parts)


def _judge(result: Result) -> str:
    return plots.bars([(name, value, None, None) for name, value in result["overall"].items() if value is not None])


def _distances(result: Result) -> str:
    rows = [(name, result[name]["frechet"], None, None) for name in ("floor", "drawn", "ceiling") if name in result]
    return plots.bars(rows, most=max(row[1] for row in rows), percent=False)


def _ablations(result: Result) -> str:
    parts = []
    for name, found in result.items():
        if not isinstance(found, Mapping):
            continue
        for key in ("served_minus_this", "this_minus_text_embedding"):
            if key in found:
                rows = [(row, v["mean"], *v["interval"]) for row, v in found[key].items()]
                parts.append(f"<h3>{escape(name)}: {key.replace('_', ' ')}</h3>{plots.differences(rows)}")
    return "".join(parts)


def _neighbours(result: Result) -> str:
    return plots.histograms({name: result[name]["values"] for name in ("drawn", "real")})


PLOTS = {
    "attributes": _attributes,
    "judge": _judge,
    "distances": _distances,
    "ablations": _ablations,
    "neighbours": _neighbours,
}


def _figures(result: Result, *, shown: bool) -> str:
    rows = [(name, value) for name, value in _flat("", _without_bulk(result)) if not name.endswith("sheet")]
    return f"<details{' open' if shown else ''}><summary>Figures</summary>{_table(rows)}</details>"


def _flat(before: str, value: Any) -> list[tuple[str, str]]:
    if isinstance(value, Mapping):
        return [row for name, inner in value.items() for row in _flat(f"{before} {name}".strip(), inner)]
    return [(before, str(value))]


def _table(rows: list[tuple[str, str]]) -> str:
    cells = "".join(f"<tr><td>{escape(name)}</td><td>{escape(value)}</td></tr>" for name, value in rows)
    return f"<table>{cells}</table>"


def _sheets(result: Any) -> list[str]:
    if not isinstance(result, Mapping):
        return []
    own = [result["sheet"]] if isinstance(result.get("sheet"), str) else []
    return own + [file for value in result.values() for file in _sheets(value)]


def _image(path: Path) -> str:
    data = base64.b64encode(path.read_bytes()).decode()
    return f'<p><img alt="{escape(path.stem)}" src="data:image/webp;base64,{data}"></p>'
