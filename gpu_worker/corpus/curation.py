"""The mitigations at work on the corpus itself; `python -m gpu_worker.corpus.shares` prints what they change.

*Filtering*: `plan.choose` draws again where a scene is unwanted (`plan.unwanted`) or, for training, holds a held-out
pair. *Re-weighting*: both filters take more from some subjects and styles than from others (whoever has many held-out
pairs is drawn less), so their chances are raised by what the filters took; the factors are measured once for each
corpus, on plans without pictures. *Near-duplicates* of drawings never come into the atlas (`pack.without_copies`).
"""

from dataclasses import replace

import numpy as np

from gpu_worker.corpus.atlas import Atlas
from gpu_worker.corpus.mitigations import group_ratios
from gpu_worker.corpus.plan import Plan, candidates, held_out, unwanted
from gpu_worker.corpus.vocabulary import Vocabulary

DRAWS = 400  # scenes for each subject, to measure what the filters take: within two per cent
CEILING = 3.0


def reweighted(vocabulary: Vocabulary, atlas: Atlas) -> Vocabulary:
    """The same words with the chances that bring subjects and styles back to their shares before the filters."""
    even = replace(vocabulary, weight=np.full(len(vocabulary.names), 1 / len(vocabulary.names)))
    before = candidates(np.random.default_rng(1618), DRAWS * len(vocabulary.names), even, atlas, simple=0.0)
    after = before.rows(kept(before, vocabulary))
    subject = group_ratios(before.subject, after.subject, len(vocabulary.names), ceiling=CEILING)
    style = group_ratios(before.style, after.style, len(vocabulary.style_share), ceiling=CEILING)

    def raised(chance: np.ndarray, by: np.ndarray) -> np.ndarray:
        return chance * by / (chance * by).sum()

    return replace(
        vocabulary,
        weight=raised(vocabulary.weight, subject),
        subject_pool=[raised(pool, subject) for pool in vocabulary.subject_pool],
        object_pool=[raised(pool, subject) for pool in vocabulary.object_pool],
        style_share=raised(vocabulary.style_share, style),
    )


def kept(plan: Plan, vocabulary: Vocabulary) -> np.ndarray:
    return ~held_out(plan, vocabulary) & ~unwanted(plan, vocabulary)


def skew(before: np.ndarray, after: np.ndarray, groups: int, weight: np.ndarray | None = None) -> tuple[float, float]:
    """How far the groups' shares are from what they were: (root mean square, largest), in per cent of each."""
    said = after >= 0
    was = np.bincount(before[before >= 0], minlength=groups)
    now = np.bincount(after[said], weights=None if weight is None else weight[said], minlength=groups)
    often = was > 0.2 * was.sum() / groups
    away = (now / now.sum())[often] / (was / was.sum())[often] - 1
    return 100 * float(np.sqrt((away**2).mean())), 100 * float(np.abs(away).max())
