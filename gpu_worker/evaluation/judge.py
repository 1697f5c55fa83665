"""Train the judge, apart from the generator and with a seed of its own:

python -m gpu_worker.evaluation.judge --out var/judge --minutes 40 --resume
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import json
import math
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.nn import functional as F

from gpu_worker.corpus.atlas import BrokenAtlas
from gpu_worker.corpus.scenes import Corpus
from gpu_worker.engines.hardware import choose_device, choose_dtype, limit_threads
from gpu_worker.evaluation.augment import augmented
from gpu_worker.evaluation.chance import generator
from gpu_worker.evaluation.judge_net import JudgeConfig, JudgeNet
from gpu_worker.evaluation.judging import Judge, accuracies, write_judge
from gpu_worker.evaluation.labels import NOT_ASKED, classes_of
from gpu_worker.evaluation.scene_source import Pool, as_floats, fresh, open_corpus
from gpu_worker.muon import make_muon
from gpu_worker.pipeline.checkpoint import BrokenWeights

SEED = 71  # another than any training's
# Not a name of weights: what writes them sweeps away every other file of theirs.
STATE, REPORT = "training.state", "accuracy.json"
MOMENTS = ("step", "exp_avg", "exp_avg_sq")
WEIGHT = {"first": 2.0, "second": 2.0}  # five hundred things are harder than ten places
SMOOTHING = 0.05
WARM_UP, COOL_DOWN = 0.04, 0.6  # of the whole training
KERNELS = 2.2  # how much larger the steps of kernels may be
DECAY = 0.02
CHECK_SEED, CHECK_SCENES = 90210, 3000
NICENESS = 5


@dataclasses.dataclass(slots=True)
class Progress:
    step: int = 0
    seconds: float = 0.0


class JudgeTraining:
    def __init__(
        self, corpus: Corpus, *, seed: int = SEED, batch: int = 96, learning_rate: float = 1.5e-3,
        config: JudgeConfig | None = None, pool: int = 8192,
    ) -> None:  # fmt: skip
        self.corpus, self.seed, self.batch, self.peak = corpus, seed, batch, learning_rate
        self.classes = classes_of(corpus.vocabulary.names)
        self.config = config or JudgeConfig()
        self.device = choose_device()
        dtype = choose_dtype(self.device)
        self._half = None if dtype == torch.float32 else dtype
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            net = JudgeNet(self.config, self.classes)
        self.net = net.to(self.device, memory_format=torch.channels_last)
        self.optimiser = make_muon(self.net, decay=DECAY, turns=(nn.Conv2d,))
        self.pool = Pool(corpus, self.classes, batch=batch, seed=seed, size=self.config.size, capacity=pool)
        self.progress = Progress()

    def step(self, share_done: float) -> Tensor:
        """One step; share_done, 0 to 1 of the whole training, decides the learning rate."""
        rate = self.peak * min(1.0, share_done / WARM_UP + 0.02) * min(1.0, max(0.0, 1 - share_done) / COOL_DOWN)
        for group in self.optimiser.param_groups:
            group["lr"] = rate * (KERNELS if group.get("orthogonal") else 1)
        self.net.train()
        pictures, labels = self.pool.at(self.progress.step)
        x = augmented(as_floats(pictures), generator(self.seed, "augment", self.progress.step))
        loss = self.loss(x.to(self.device, memory_format=torch.channels_last), labels)
        self.net.zero_grad(set_to_none=True)
        loss.backward()
        self.optimiser.step()
        self.progress.step += 1
        return loss.detach()

    def loss(self, pictures: Tensor, labels: dict[str, Tensor]) -> Tensor:
        with self._autocast():
            scores = self.net(pictures)
        parts = []
        for name, score in scores.items():
            wanted = labels[name].to(self.device)
            error = F.cross_entropy(
                score.float(), wanted, ignore_index=NOT_ASKED, label_smoothing=SMOOTHING, reduction="sum"
            )
            parts.append(WEIGHT.get(name, 1.0) * error / (wanted != NOT_ASKED).sum().clamp_min(1))
        return torch.stack(parts).sum()

    def judge(self) -> Judge:
        """What it is now, as it would be stored; a copy, so that training goes on with its own."""
        net = JudgeNet(self.config, self.classes)
        net.load_state_dict(self.net.state_dict())
        return Judge(net, {}, "in training")

    def identity(self) -> dict[str, Any]:
        return {
            "seed": self.seed,
            "batch": self.batch,
            "config": json.loads(json.dumps(dataclasses.asdict(self.config))),
            "classes": {name: list(kinds) for name, kinds in self.classes.items()},
        }

    def save(self, path: Path) -> None:
        tensors = {f"net/{name}": value for name, value in self.net.state_dict().items()}
        for name, parameter in self.net.named_parameters():
            moments = self.optimiser.state.get(parameter, {})
            tensors |= {f"{moment}/{name}": moments[moment] for moment in MOMENTS if moment in moments}
        header = {"progress": json.dumps(dataclasses.asdict(self.progress)), "identity": json.dumps(self.identity())}
        unfinished = path.with_suffix(".part")
        save_file({name: value.detach().cpu().contiguous() for name, value in tensors.items()}, unfinished, header)
        unfinished.replace(path)

    @torch.no_grad()
    def load(self, path: Path) -> None:
        try:
            with safe_open(path, "pt") as file:
                header = file.metadata() or {}
                tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - it is not a mapping
            progress, identity = Progress(**json.loads(header["progress"])), json.loads(header["identity"])
        except (OSError, SafetensorError, ValueError, KeyError, TypeError) as wrong:
            raise BrokenWeights(f"{path} is no state of a judge's training: {wrong}") from wrong
        if identity != self.identity():
            differing = sorted(name for name, value in self.identity().items() if identity.get(name) != value)
            raise BrokenWeights(f"{path} belongs to a training with another {', '.join(differing)}; use another --out")
        self.net.load_state_dict({k[4:]: v for k, v in tensors.items() if k.startswith("net/")})
        for name, parameter in self.net.named_parameters():
            found = {moment: tensors[f"{moment}/{name}"] for moment in MOMENTS if f"{moment}/{name}" in tensors}
            if found:
                self.optimiser.state[parameter] = {
                    moment: value if value.ndim == 0 else torch.zeros_like(parameter).copy_(value)
                    for moment, value in found.items()
                }
        self.progress = progress

    def _autocast(self) -> contextlib.AbstractContextManager[Any]:
        return torch.autocast(self.device.type, self._half) if self._half else contextlib.nullcontext()


def train(training: JudgeTraining, out: Path, *, minutes: float, steps: int | None, save_minutes: float = 3.0) -> None:
    """Until the whole training's minutes (or steps) are spent, saving now and then."""
    progress = training.progress
    before, began = progress.seconds, time.monotonic()
    saved = told = began
    first = progress.step
    losses: list[float] = []

    def done() -> float:
        return progress.step / steps if steps is not None else progress.seconds / 60 / minutes

    while done() < 1:
        losses.append(float(training.step(done())))
        now = time.monotonic()
        progress.seconds = before + now - began
        if not math.isfinite(losses[-1]):
            raise SystemExit(f"\nthe loss is {losses[-1]} at step {progress.step}: try a smaller --lr")
        if now - told > 5 or done() >= 1:
            rate = (progress.step - first) * training.batch / max(1e-6, now - began)
            recent = sum(losses[-50:]) / len(losses[-50:])
            bar = "#" * round(24 * min(1.0, done()))
            print(
                f"\rjudge [{bar:<24}] {progress.seconds / 60:.1f} min, step {progress.step}, loss {recent:.3f}, "
                f"{rate:.0f} pictures/s, {training.pool.composed} scenes composed ",
                end="", file=sys.stderr, flush=True,
            )  # fmt: skip
            told = now
        if now - saved > save_minutes * 60:
            training.save(out / STATE)
            saved = time.monotonic()
    training.save(out / STATE)
    print(file=sys.stderr)


def told(report: dict[str, Any]) -> str:
    """The accuracies as a person reads them."""

    def line(name: str, row: dict[str, float | None]) -> str:
        return f"{name:<16}" + " ".join("    -" if v is None else f"{100 * v:5.1f}" for v in row.values())

    names = list(report["overall"])
    lines = [" " * 16 + " ".join(name[:5].rjust(5) for name in names)]
    lines += [line(name, report[name]) for name in ("overall", "core", "other")]
    lines += [line(f"  {name}", row) for name, row in report["by_style"].items()]
    lines.append(line("one thing alone", report["one_thing"]) + "  (subject, colour)")
    for question, wrong in report["taken_for"].items():
        lines.append(f"{question}, taken for: " + ", ".join(f"{a} → {b} ×{count}" for a, b, count in wrong))
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None, *, corpus: Corpus | None = None) -> int:
    parser = argparse.ArgumentParser(description="Train the judge and measure it on fresh real scenes.")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=40.0, help="of the whole training, all pieces together")
    parser.add_argument("--steps", type=int, help="of the whole training, instead of minutes: every run is the same")
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--batch", type=int, default=96)
    parser.add_argument("--lr", type=float, default=1.5e-3)
    parser.add_argument("--check", type=int, default=CHECK_SCENES, help="fresh scenes to measure on")
    parser.add_argument("--atlas", type=Path, help="the corpus's pictures; their own place where it is not said")
    options = parser.parse_args(arguments)
    limit_threads()
    os.nice(max(0, NICENESS - os.nice(0)))
    try:
        training = JudgeTraining(
            corpus or open_corpus(options.atlas), seed=options.seed, batch=options.batch, learning_rate=options.lr
        )
        if (options.out / STATE).exists():
            if not options.resume:
                print(f"{options.out} holds a judge already: --resume goes on with it", file=sys.stderr)
                return 2
            training.load(options.out / STATE)
        options.out.mkdir(parents=True, exist_ok=True)
        train(training, options.out, minutes=options.minutes, steps=options.steps)
    except (BrokenWeights, BrokenAtlas) as refused:
        print(refused, file=sys.stderr)
        return 2
    scenes = fresh(training.corpus, CHECK_SEED, options.check, training.config.size)
    report = accuracies(training.judge(), scenes, training.corpus)
    about = {
        "seed": options.seed,
        "steps": training.progress.step,
        "minutes": round(training.progress.seconds / 60, 1),
        "scenes": training.pool.composed,
        "accuracy": report["overall"],
    }
    write_judge(options.out, training.net, about)
    (options.out / REPORT).write_text(json.dumps({**about, **report}, indent=1) + "\n", encoding="utf-8")
    print(told(report))
    return 0


if __name__ == "__main__":
    sys.exit(main())
