"""The command line that all trainings share."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from gpu_worker.configs.bundled import BUNDLED
from gpu_worker.configs.small import SMALL
from gpu_worker.configs.tiny import TINY
from gpu_worker.corpus.atlas import BrokenAtlas
from gpu_worker.engines.hardware import available_cores, choose_dtype
from gpu_worker.pipeline.checkpoint import BrokenWeights, read_set
from gpu_worker.pipeline.config import UnclipConfig
from gpu_worker.training.from_corpus import open_corpus
from gpu_worker.training.frozen import FrozenClip, load_clip
from gpu_worker.training.loop import Budget, Task, Trainer
from gpu_worker.training.scenes import SceneSource
from gpu_worker.training.setting import Setting

CONFIGS: dict[str, UnclipConfig] = {"bundled": BUNDLED, "small": SMALL, "tiny": TINY}
NICENESS = 10
SIMPLE_SHARE = 0.4


@dataclass(frozen=True, slots=True)
class Choice:
    """One command: its words and what suits it on a CPU and on a GPU."""

    description: str
    batch: tuple[int, int]
    learning_rate: tuple[float, float]
    pool: tuple[int, int] = (8192, 1 << 20)
    round: tuple[int, int] = (128, 4096)
    add: Callable[[argparse.ArgumentParser], None] = lambda parser: None
    """Options of this command alone."""


Build = Callable[[Setting, argparse.Namespace], Task]


def parser_of(choice: Choice) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=choice.description)
    parser.add_argument("--out", type=Path, required=True, help="the folder of the run; every net has its own in it")
    parser.add_argument("--minutes", type=float, default=10.0, help="of this piece, saving included")
    parser.add_argument("--resume", action="store_true", help="go on where --out ends; from its weights, if need be")
    parser.add_argument("--from", dest="weights", type=Path, help="begin from a folder of weights")
    parser.add_argument("--steps", type=int, help="of the whole training: ends there, and every run is the same")
    parser.add_argument("--plan", type=float, help="minutes of the whole training, all pieces together")
    parser.add_argument("--finish", action="store_true", help="the training ends with this piece, whatever the plan")
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--batch", type=int, help=f"pictures a step (CPU {choice.batch[0]}, GPU {choice.batch[1]})")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--lr", type=float, help="the highest learning rate")
    parser.add_argument("--warm-up", type=int, help="steps (CPU 100, GPU 500)")
    parser.add_argument("--optimiser", choices=("muon", "adamw"), default="muon")
    parser.add_argument("--average", type=float, help="decay of the averaged weights (CPU 0.998, GPU 0.9995)")
    parser.add_argument("--config", choices=tuple(CONFIGS), default="bundled")
    parser.add_argument("--atlas", type=Path, help="the corpus's pictures; its own place where it is not said")
    parser.add_argument("--clip", type=Path, help="the weights of CLIP; those of this run where it is not said")
    parser.add_argument("--tokens", type=int, default=40, help="window of captions in training")
    parser.add_argument("--pool", type=int, help="scenes kept for reuse")
    parser.add_argument("--round", type=int, help="scenes composed at once")
    parser.add_argument("--uses", type=float, default=4.0, help="how often a scene is used")
    parser.add_argument("--simple-steps", type=int, help="half the scenes are simple so long (40 %% of --steps)")
    parser.add_argument("--check", type=int, default=256, help="held-out scenes to measure on")
    parser.add_argument("--save-minutes", type=float, default=3.0)
    parser.add_argument("--compile", action="store_true", help="with torch.compile")
    parser.add_argument("--full-precision", action="store_true", help="fp32 instead of bf16 where that is native")
    parser.add_argument("--quiet", action="store_true")
    choice.add(parser)
    return parser


def run(
    choice: Choice, build: Build, arguments: Sequence[str] | None = None, *, source: SceneSource | None = None
) -> int:
    """Parse, build, resume, train. `source` stands in for the corpus in tests."""
    began = time.monotonic()
    options = parser_of(choice).parse_args(arguments)
    device = torch.device(options.device)
    on_gpu = device.type == "cuda"
    if on_gpu:
        torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = True
    else:
        torch.set_num_threads(int(os.environ.get("GPU_WORKER_THREADS") or 0) or available_cores())
        # Training takes hours; whatever else this machine does goes first.
        os.nice(max(0, NICENESS - os.nice(0)))
    try:
        setting = Setting(
            config=CONFIGS[options.config],
            source=source or open_corpus(options.atlas),
            device=device,
            batch=options.batch or choice.batch[on_gpu],
            seed=options.seed,
            pool=options.pool or choice.pool[on_gpu],
            round=options.round or choice.round[on_gpu],
            uses=options.uses,
            simple_steps=_simple_steps(options),
            compile=options.compile,
            check=options.check,
        )
        dtype = choose_dtype(device)
        budget = Budget(
            minutes=options.minutes,
            learning_rate=options.lr or choice.learning_rate[on_gpu],
            steps=options.steps,
            plan_minutes=options.plan,
            finish=options.finish,
            save_minutes=options.save_minutes,
            warm_up=(500 if on_gpu else 100) if options.warm_up is None else options.warm_up,
            average=options.average or (0.9995 if on_gpu else 0.998),
            muon=options.optimiser == "muon",
            autocast=None if options.full_precision or dtype == torch.float32 else dtype,
        )
        trainer = Trainer(build(setting, options), options.out, budget, device, quiet=options.quiet, began=began)
        words = _begin(trainer, options)
        if not options.quiet:
            print(f"{trainer.task.name}: {words}, on {device}, batch {setting.batch}", file=sys.stderr, flush=True)
        trainer.run()
    except (BrokenWeights, BrokenAtlas, Unclear) as refused:
        print(refused, file=sys.stderr)
        return 2
    return 0


def _simple_steps(options: argparse.Namespace) -> int:
    if options.simple_steps is not None:
        return int(options.simple_steps)
    return 0 if options.steps is None else round(SIMPLE_SHARE * options.steps)


class Unclear(Exception):
    """The options contradict what lies in --out."""


def _begin(trainer: Trainer, options: argparse.Namespace) -> str:
    if options.resume and trainer.started:
        return trainer.resume()
    if trainer.started:
        raise Unclear(f"{trainer.folder} holds a training already: --resume goes on with it, another --out begins anew")
    if options.weights is not None:
        return trainer.begin_from(read_set(options.weights))
    return "begins"


def clip_of(options: argparse.Namespace, device: torch.device) -> FrozenClip:
    return load_clip(options.clip or options.out / "clip" / "weights", device, tokens=options.tokens)
