"""How often everything is drawn, and what the mitigations change: `python -m gpu_worker.corpus.shares`.

People of unstated skin and gender are even. Scenes are planned, not painted, so a hundred thousand take a second; only
the search for near-duplicates composes some.
"""

import argparse
import sys
import time
from collections import Counter

import numpy as np
import torch

from gpu_worker.corpus.atlas import BrokenAtlas
from gpu_worker.corpus.colour import COLOUR_NAMES
from gpu_worker.corpus.curation import skew
from gpu_worker.corpus.mitigations import caption_duplicates, fingerprints, near_duplicates
from gpu_worker.corpus.places import PLACE_NAMES
from gpu_worker.corpus.plan import Plan, candidates, choose, held_out, unwanted
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


def mitigated(corpus: Corpus, count: int, scenes: int) -> None:
    """Before and after: what the filters take, how that skews the rest, and what the weights leave of the skew."""
    vocabulary, rng = corpus.vocabulary, np.random.default_rng(9)
    before = candidates(rng, count, vocabulary, corpus.atlas, simple=0.0)
    harmful, pairs = unwanted(before, vocabulary), held_out(before, vocabulary)
    print(f"filters take: unwanted {harmful.mean():.2%}, held-out pairs {(pairs & ~harmful).mean():.1%}")
    filtered = before.rows(~harmful & ~pairs)
    balanced = corpus.balanced
    rates = []
    for words in (vocabulary, balanced):
        start = time.perf_counter()
        choose(np.random.default_rng(10), count, words, corpus.atlas, split="train", simple=0.0)
        rates.append(count / (time.perf_counter() - start))
    print(f"scenes chosen a second: {rates[0]:,.0f} without the weights, {rates[1]:,.0f} with them")
    # The same rows in both columns, weighted in the second: another draw would add its own noise.
    weight = (balanced.weight / vocabulary.weight)[filtered.subject]
    weight = weight * (balanced.style_share / vocabulary.style_share)[filtered.style]
    print("skew of shares against unfiltered, in per cent (root mean square, largest): filtered, filtered and weighted")
    for name, groups in (("subject", len(vocabulary.names)), ("style", len(STYLE_NAMES)), ("place", len(PLACE_NAMES)),
                         ("colour", len(COLOUR_NAMES)), ("relation", len(RELATIONS))):  # fmt: skip
        was, now = getattr(before, name), getattr(filtered, name)
        cut, mended = skew(was, now, groups), skew(was, now, groups, weight)
        print(f"  {name:9} {cut[0]:5.1f} {cut[1]:5.1f} → {mended[0]:5.1f} {mended[1]:5.1f}")
    drawn = corpus.batch(11, 64, scenes)
    alike = near_duplicates(fingerprints(drawn.pictures, side=16), alike=0.995)
    again = caption_duplicates(drawn.captions)
    print(f"of {scenes} scenes: {len(alike)} pictures nearly like an earlier one, {len(again)} captions said before")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--scenes", type=int, default=1000, help="to be composed and searched for near-duplicates")
    try:
        corpus = Corpus.load()
    except BrokenAtlas as why:
        print(why, file=sys.stderr)
        return 1
    wanted = parser.parse_args()
    torch.set_num_threads(1)
    start = time.perf_counter()
    said = f"measuring what the filters skew: {len(corpus.balanced.names)} subjects"
    print(f"{said}, {time.perf_counter() - start:.1f} s, once for each corpus")
    plan = corpus.plan(1, wanted.count)
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
    mitigated(corpus, wanted.count, wanted.scenes)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
