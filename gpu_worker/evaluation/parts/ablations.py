"""What each part of the model is worth: the same prompts and seeds with one thing left out, by the judge, at 64.

The paper's findings to be seen here: the prior beats feeding z_t to the decoder (with the caption empty: with it they
tie), and two samples of the prior beat one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from gpu_worker.evaluation.drawing import AS_SERVED, Artist, Conditions
from gpu_worker.evaluation.judging import share
from gpu_worker.evaluation.labels import SIX
from gpu_worker.evaluation.statistics import paired
from gpu_worker.evaluation.study import Result, Study, not_measured

Found = Mapping[str, np.ndarray]
NAMES = (*SIX, "all")


def measure(study: Study) -> Result:
    count = study.sizes.seeds
    served = [_found(study, "served", AS_SERVED, seed) for seed in range(count)]
    one = [_found(study, "one_sample", Conditions("one_sample"), seed) for seed in range(count)]
    no_text = _found(study, "prior_no_caption", Conditions(captioned=False))
    z_text = _found(study, "text_embedding_no_caption", Conditions("text_embedding", captioned=False))
    result: Result = {
        "prompts": len(study.prompts),
        "seeds": count,
        "served": _shares(served[0]),
        "one_sample": {**_shares(one[0]), "served_minus_this": _differences(served, one)},
        "prior_no_caption": {**_shares(no_text), "this_minus_text_embedding": _differences([no_text], [z_text])},
        "text_embedding_no_caption": _shares(z_text),
        "text_embedding_with_caption": _against(study, served[0], Conditions("text_embedding"), "text_embedding"),
    }
    result["untrained"] = (
        _against(study, served[0], AS_SERVED, "untrained", artist=study.untrained)
        if study.untrained is not None
        else not_measured("it was not asked for")
    )
    result["text_decoder"] = (
        _against(study, served[0], Conditions(sees_image=False), "text_decoder", artist=study.text_decoder)
        if study.text_decoder is not None
        else not_measured("no text decoder (--text-decoder DIR; training.decoder --condition text makes one)")
    )
    result["ar_prior"] = (
        _against(study, served[0], Conditions("autoregressive"), "ar_prior")
        if study.artist.has_ar_prior
        else not_measured("no autoregressive prior (--ar-prior DIR; training.ar_prior makes one)")
    )
    result["other_precision"] = (
        _against(study, served[0], AS_SERVED, "other_precision", artist=study.other_precision)
        if study.other_precision is not None
        else not_measured("no run in bf16 (--bf16-run RUN) to set beside the eight bits")
    )
    return result


def _found(
    study: Study, name: str, conditions: Conditions, seed: int = 0, artist: Artist | None = None
) -> dict[str, np.ndarray]:
    purpose = "main" if seed == 0 else f"main {seed}"
    pictures = study.drawn(
        f"{name}-{seed}", study.prompts, study.seeds(len(study.prompts), purpose), conditions=conditions,
        artist=artist,
    )  # fmt: skip
    return study.found(pictures)


def _against(study: Study, served: Found, conditions: Conditions, name: str, artist: Artist | None = None) -> Result:
    found = _found(study, name, conditions, artist=artist)
    return {**_shares(found), "served_minus_this": _differences([served], [found])}


def _shares(found: Found) -> Result:
    return {name: share(found[name]) for name in NAMES}


def _differences(one: Sequence[Found], other: Sequence[Found]) -> Result:
    """Paired by prompt and seed; the interval is over prompts, whose seeds stay together."""
    result: Result = {}
    for name in NAMES:
        first, second = (np.stack([found[name] for found in side], axis=1) for side in (one, other))
        if np.isnan(first).all():
            continue
        # Prompts where this was not asked are not rows of the comparison.
        asked = ~np.isnan(first).any(axis=1)
        mean, low, high = paired(first[asked], second[asked])
        result[name] = {"mean": round(mean, 4), "interval": [round(low, 4), round(high, 4)]}
    return result
