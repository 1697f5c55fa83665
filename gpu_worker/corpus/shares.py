"""How often everything is drawn: `python -m gpu_worker.corpus.shares`. People of unstated skin and gender are even.

Scenes are planned, not painted, so a hundred thousand take a second.
"""

import argparse
import sys
from collections import Counter

import numpy as np

from gpu_worker.corpus.atlas import BrokenAtlas
from gpu_worker.corpus.colour import COLOUR_NAMES
from gpu_worker.corpus.places import PLACE_NAMES
from gpu_worker.corpus.plan import Plan
from gpu_worker.corpus.scenes import Corpus
from gpu_worker.corpus.styles import STYLE_NAMES
from gpu_worker.corpus.vocabulary import RELATIONS
from gpu_worker.corpus.weather import HOUR_NAMES, WEATHER_NAMES


def people(corpus: Corpus, plan: Plan) -> dict[tuple[str, int], float]:
    """(gender, tone) → share, of the people whose name states neither."""
    index = corpus.atlas.index
    both = {row["subject"] for row in index if row["gender"] == "woman"}
    both &= {row["subject"] for row in index if row["gender"] == "man"}
    # One drawing a scene: five of a count are one choice.
    drawn = [index[sprite] for sprite in plan.sprite[np.arange(len(plan)), np.argmax(plan.role == 0, axis=1)]]
    found = Counter((row["gender"], row["tone"]) for row in drawn if row["subject"] in both)
    return {cell: count / max(1, sum(found.values())) for cell, count in sorted(found.items())}


def table(title: str, names: tuple[str, ...], values: np.ndarray) -> None:
    shares = [f"{name} {(values == n).mean():.1%}" for n, name in enumerate(names)]
    print(f"{title}: {', '.join(shares)}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=100_000)
    try:
        corpus = Corpus.load()
    except BrokenAtlas as why:
        print(why, file=sys.stderr)
        return 1
    plan = corpus.plan(1, parser.parse_args().count)
    for (gender, tone), share in people(corpus, plan).items():
        print(f"{gender}, skin tone {tone}: {share:.1%}")
    print(f"core subjects: {corpus.vocabulary.core[plan.subject].mean():.1%}")
    table("colours", COLOUR_NAMES, plan.colour)
    table("relations", RELATIONS, plan.relation)
    table("counts", ("none", "one", "two", "three", "four", "five"), plan.count)
    table("places", PLACE_NAMES, plan.place)
    table("hours", HOUR_NAMES, plan.hour)
    table("weathers", WEATHER_NAMES, plan.weather)
    table("styles", STYLE_NAMES, plan.style)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
