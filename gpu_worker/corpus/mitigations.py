"""The DALL·E 2 report's pre-training mitigations, as functions over any captioned set.

From "DALL·E 2 pre-training mitigations" (OpenAI, 2022): unwanted pictures are filtered out with a classifier whose
threshold favours recall; the filter skews what is left (it took more women than men), which is undone by weighting each
kept example by how likely a second classifier thinks it to be from the unfiltered set; and near-duplicates, which
a model learns by heart, are removed after clustering, comparing only within clusters.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

# What the sources draw and the corpus neither shows nor says: weapons, smoking, needles, gore.
UNWANTED = frozenset(
    (
        "blood", "bomb", "cigarette", "coffin", "corpse", "dagger", "gun", "naked", "needle", "noose", "nude", "pistol",
        "rifle", "swastika", "syringe",
    )
)  # fmt: skip
# Pairs that are harmless apart and not together.
CHILDREN = frozenset({"baby", "boy", "child", "girl", "student"})
FOR_ADULTS = frozenset(
    {"army helmet", "axe", "beer mug", "bow and arrow", "pair of scissors", "saw", "screwdriver", "skull", "wine glass"}
)
_WORD = re.compile(r"[a-z]+(?:-[a-z]+)?")


def unwanted_words(caption: str) -> set[str]:
    return set(_WORD.findall(caption.lower())) & UNWANTED


@dataclass(frozen=True)
class Filtered:
    kept: np.ndarray  # row numbers
    threshold: float
    recall: float  # of the examples known to be unwanted, the share that goes


def filtered(scores: np.ndarray, unwanted: np.ndarray, *, recall: float = 0.95) -> Filtered:
    """Drop what scores above a threshold, set on labelled examples so that `recall` of the unwanted go: losing good
    pictures is cheaper than keeping bad ones."""
    if not unwanted.any():
        return Filtered(np.arange(len(scores)), float("inf"), 1.0)
    threshold = float(np.quantile(scores[unwanted], 1 - recall, method="lower"))
    gone = scores >= threshold
    return Filtered(np.nonzero(~gone)[0], threshold, float(gone[unwanted].mean()))


def weights_after_filter(before: np.ndarray, after: np.ndarray, *, ceiling: float = 10.0) -> np.ndarray:
    """Weights for the kept examples that restore each group's share before the filter; mean 1.

    before, after: the group of each example (women and men, skin tones, kinds). With known groups the best classifier
    of "unfiltered against filtered" is the ratio of their shares, so the ratio is used directly.
    """
    groups = np.union1d(before, after)
    was, now = np.searchsorted(groups, before), np.searchsorted(groups, after)
    weight = group_ratios(was, now, len(groups), ceiling=ceiling)[now]
    return weight / weight.mean() if len(weight) else weight


def group_ratios(before: np.ndarray, after: np.ndarray, groups: int, *, ceiling: float = 10.0) -> np.ndarray:
    """For each numbered group, its share before by its share after; 1 for a group that is in neither or quite gone."""
    was, now = (np.bincount(v, minlength=groups) / max(1, len(v)) for v in (before, after))
    return np.minimum(np.divide(was, now, out=np.ones(groups), where=now > 0), ceiling)


def learned_weights(
    features: np.ndarray, unfiltered: np.ndarray, *, steps: int = 150, ceiling: float = 10.0
) -> np.ndarray:
    """The same without known groups, as the report does it: a logistic classifier tells a sample of the unfiltered set
    (`unfiltered` true) from the filtered one; a kept example's weight is the odds that it is from the unfiltered."""
    x = torch.tensor(features, dtype=torch.float32)
    x = (x - x.mean(0)) / x.std(0).clamp_min(1e-6)
    y = torch.tensor(unfiltered, dtype=torch.float32)
    weight, bias = torch.zeros(x.shape[1], requires_grad=True), torch.zeros(1, requires_grad=True)
    optimiser = torch.optim.Adam([weight, bias], lr=0.05)
    balance = (1 - y).sum() / y.sum().clamp_min(1)
    for _ in range(steps):
        loss = (
            F.binary_cross_entropy_with_logits(x @ weight + bias, y, pos_weight=balance) + 1e-3 * weight.square().sum()
        )
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    with torch.no_grad():
        odds = (x[~y.bool()] @ weight + bias).exp().clamp(1 / ceiling, ceiling)
    return (odds / odds.mean()).numpy()


def fingerprints(pictures: Tensor, side: int = 8) -> Tensor:
    """Small normalised pictures in which near-duplicates are near: (n, 3·side²), length 1. Bytes or floats in."""
    small = F.interpolate(pictures.float(), size=(side, side), mode="area").flatten(1)
    small = small - small.mean(1, keepdim=True)
    return small / small.norm(dim=1, keepdim=True).clamp_min(1e-6)


def near_duplicates(prints: Tensor, *, alike: float = 0.995, clusters: int = 0, views: int = 2) -> np.ndarray:
    """The rows to drop so that no two left are alike. Only within clusters are pairs compared; a second clustering from
    other seeds catches the pairs that the first one parted (the report found 97 % with five)."""
    count = len(prints)
    drop = np.zeros(count, dtype=bool)
    k = clusters or max(1, count // 512)
    for view in range(views if k > 1 else 1):
        # Spread starting points, other ones in each view; one assignment is enough to part what is far apart.
        starts = torch.linspace(view * 0.37, count - 1 - view * 0.21, k).long()
        home = (prints @ prints[starts].T).argmax(1)
        for cluster in range(k):
            rows = torch.nonzero(home == cluster)[:, 0]
            if len(rows) < 2:
                continue
            close = torch.triu(prints[rows] @ prints[rows].T > alike, diagonal=1)
            first, second = (side.cpu().numpy() for side in torch.nonzero(close, as_tuple=True))
            number = rows.cpu().numpy()
            for a, b in zip(number[first], number[second], strict=True):
                if not drop[a]:
                    drop[b] = True
    return np.nonzero(drop)[0]


def caption_duplicates(captions: Sequence[str]) -> np.ndarray:
    """Rows whose caption came before, word for word: held-out prompts are checked against training captions so."""
    seen: set[str] = set()
    again = []
    for row, caption in enumerate(captions):
        key = " ".join(_WORD.findall(caption.lower()))
        if key in seen:
            again.append(row)
        seen.add(key)
    return np.array(again, dtype=int)
