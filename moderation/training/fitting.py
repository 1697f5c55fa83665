"""Teaching: the upper layers and the head learn to tell the categories apart. The same prompts and seed give the same
weights on one machine; minutes of one core, because most of the sums are in sixteen bits."""

import random
import time
from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from moderation.screener.wordpiece import WordPieces
from moderation.training.examples import Example, examples
from moderation.training.net import Taught
from moderation.training.prompts import Prompt

FROZEN = 4
# An epoch takes one in so many of what a line unfolds into, and the next one others: what stands in one line is much
# alike. Of lines that are one sentence it takes all.
SHARE = 3
EPOCHS = 6
BATCH = 32
# Of what the package knows already, and of what is new.
RATE, NEW_RATE = 1.5e-4, 1e-3
WARM = 0.06
DECAY = 0.01
# So sure and no surer: what the learning prompts say is right more often than always.
SMOOTHED = 0.05
# Batches of like length are cut from so many that were drawn by chance.
POOL = 16 * BATCH


def taught(prompts: Sequence[Prompt], names: Sequence[str], *, seed: int = 0, epochs: int = EPOCHS) -> Taught:
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    net = Taught(classes=len(names), frozen=FROZEN)
    old = [weight for weight in net.layers.parameters() if weight.requires_grad]
    new = list(net.head.parameters())
    groups = [{"params": old, "lr": RATE}, {"params": new, "lr": NEW_RATE}]
    adam, pieces, step = torch.optim.AdamW(groups, weight_decay=DECAY), WordPieces(), 0
    for epoch in range(epochs):
        # In other company each time: what is learnt is what stays.
        learnt = examples(prompts, share=_share_of(prompts, epoch), seed=seed + epoch)
        began, lost = time.monotonic(), 0.0
        batches = _batches(learnt, random.Random(seed + epoch))  # nosec B311 (for variety, no secret)
        net.train()
        for batch in batches:
            step += 1
            for group, rate in zip(adam.param_groups, (RATE, NEW_RATE), strict=True):
                group["lr"] = rate * _share(step, epochs * len(batches))
            labels = torch.tensor([names.index(one.category) for one in batch])
            loss = functional.cross_entropy(_energies(net, pieces, batch), labels, label_smoothing=SMOOTHED)
            adam.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_([*old, *new], 1.0)
            adam.step()
            lost += loss.item()
        print(f"epoch {epoch + 1}: loss {lost / len(batches):.3f}, {time.monotonic() - began:.0f} s", flush=True)
    return net.eval()


def chances(net: Taught, texts: Sequence[str]) -> NDArray[np.float32]:
    """As the filters would score them, [sentences, classes]."""
    pieces, out = WordPieces(), np.empty((len(texts), net.head.out.out_features), np.float32)
    order = sorted(range(len(texts)), key=lambda place: len(texts[place]))
    with torch.no_grad():
        for start in range(0, len(order), 2 * BATCH):
            places = order[start : start + 2 * BATCH]
            some = [Example(texts[place].lower(), "") for place in places]
            out[places] = _energies(net, pieces, some).softmax(1).numpy()
    return out


def _share_of(prompts: Sequence[Prompt], epoch: int) -> list[Prompt]:
    lines: dict[str, list[Prompt]] = {}
    for prompt in prompts:
        lines.setdefault(prompt.line, []).append(prompt)
    return [one for some in lines.values() for one in (some if len(some) < SHARE else some[epoch % SHARE :: SHARE])]


def _energies(net: Taught, pieces: WordPieces, batch: Sequence[Example]) -> torch.Tensor:
    ids, mask = pieces.rows([one.text for one in batch])
    with torch.autocast("cpu", torch.bfloat16):
        energies: torch.Tensor = net(torch.tensor(ids), torch.tensor(mask).bool())
    return energies


def _batches(learnt: Sequence[Example], chance: random.Random) -> list[list[Example]]:
    order = list(learnt)
    chance.shuffle(order)
    pools = [sorted(order[start : start + POOL], key=lambda one: len(one.text)) for start in range(0, len(order), POOL)]
    batches = [pool[start : start + BATCH] for pool in pools for start in range(0, len(pool), BATCH)]
    chance.shuffle(batches)
    return batches


def _share(step: int, steps: int) -> float:
    """Of the full rate: a short way up, a long way down."""
    return min(1.0, step / (WARM * steps)) * max(0.0, 1 - step / steps)
