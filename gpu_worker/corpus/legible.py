"""Can the styles be told apart at 64 pixels? `python -m gpu_worker.corpus.legible [--scenes 120]`.

The same scenes are composed in every style. Printed for each: how far it is from plain (mean absolute difference, of
255), how often a linear classifier on coarse colours and textures names it right on scenes it has not seen, and what it
takes it for most often else. Under about 16 of 255, or where two styles are often taken for each other, a judge of
generated pictures could not score the style either.
"""

import argparse
import sys

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from gpu_worker.corpus.atlas import BrokenAtlas
from gpu_worker.corpus.plan import Plan
from gpu_worker.corpus.scenes import Corpus
from gpu_worker.corpus.styles import STYLE_NAMES, STYLES


def in_style(plan: Plan, number: int) -> Plan:
    """The same scenes in one style, without the hours and weathers that this style is never given."""
    hour = STYLES[number].hour
    return plan.with_(style=np.full(len(plan), number), hour=plan.hour * hour, weather=plan.weather * hour)


def features(pictures: Tensor) -> Tensor:
    """Colours of an 8×8 grid with their spread, and how strong edges are across, down and between colours."""
    x = pictures.float() / 255
    mean = F.avg_pool2d(x, 8)
    spread = (F.avg_pool2d(x * x, 8) - mean * mean).clamp_min(0).sqrt()
    parts = [mean, spread]
    for step in (1, 2, 3):
        parts += [F.adaptive_avg_pool2d((x[..., step:] - x[..., :-step]).abs(), 4)]
        parts += [F.adaptive_avg_pool2d((x[..., step:, :] - x[..., :-step, :]).abs(), 4)]
    return torch.cat([part.flatten(1) for part in parts], 1)


def classifier(x: Tensor, y: Tensor, classes: int, steps: int = 300) -> torch.nn.Linear:
    torch.manual_seed(1)
    net = torch.nn.Linear(x.shape[1], classes)
    optimiser = torch.optim.AdamW(net.parameters(), lr=0.02, weight_decay=0.05)
    for _ in range(steps):
        loss = F.cross_entropy(net(x), y)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return net


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scenes", type=int, default=120)
    scenes = parser.parse_args().scenes
    torch.set_num_threads(1)
    try:
        corpus = Corpus.load()
    except BrokenAtlas as why:
        print(why, file=sys.stderr)
        return 1
    plan = corpus.plan(31, scenes, split="all")
    pictures = [corpus.compose(in_style(plan, number), 64).pictures for number in range(len(STYLES))]
    x = torch.stack([features(drawn) for drawn in pictures])
    x = (x - x.mean((0, 1))) / x.std((0, 1)).clamp_min(1e-5)
    known = scenes * 3 // 4
    y = torch.arange(len(STYLES)).repeat_interleave(known)
    net = classifier(x[:, :known].flatten(0, 1), y, len(STYLES))
    with torch.no_grad():
        said = net(x[:, known:]).argmax(2)
    for number, name in enumerate(STYLE_NAMES):
        away = (pictures[number].float() - pictures[0].float()).abs().mean()
        right = (said[number] == number).float().mean()
        wrong = torch.bincount(said[number][said[number] != number], minlength=len(STYLES))
        other = f", else {STYLE_NAMES[int(wrong.argmax())]}" if wrong.any() else ""
        print(f"{name:14} {away:5.1f} from plain, named right {right:4.0%}{other}")
    named = torch.tensor([not style.unnamed for style in STYLES])
    hits = (said == torch.arange(len(STYLES))[:, None]).float().mean(1)
    print(f"all named styles: {hits[named].mean():.1%}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
