"""The loop that every training shares: a budget of time, an average, checkpoints, a log, curves and sheets."""

from __future__ import annotations

import contextlib
import json
import math
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from gpu_worker.muon import make_muon
from gpu_worker.pipeline.checkpoint import MANIFEST, BrokenWeights, Stored, WeightSet, read_set, write_set
from gpu_worker.pipeline.quantise import restored
from gpu_worker.pipeline.weights import take
from gpu_worker.training.average import Average
from gpu_worker.training.plot import loss_curve, read_log
from gpu_worker.training.schedule import WARM_UP_STEPS, learning_rate
from gpu_worker.training.state import STATE, Part, Progress, load_state, make_optimiser, save_state

CLIP_GRADIENT_AT = 1.0
SILENT_SECONDS = 5.0


class Task(Protocol):
    """What is trained: a net, its loss at a step, and how to look at it."""

    name: str
    net: nn.Module
    batch: int

    def loss(self, step: int, progress: float) -> Tensor: ...

    def held_out_loss(self, net: nn.Module) -> Tensor:
        """On the same scenes, noise and moments every time."""
        ...

    def look(self, net: nn.Module, folder: Path) -> Mapping[str, float]:
        """Write sample sheets; give back what can be counted."""
        ...

    def store(self, net: nn.Module, about: Mapping[str, Any]) -> Stored: ...

    def identity(self) -> dict[str, Any]:
        """What must be the same for a training to go on."""
        ...

    def helpers(self) -> Mapping[str, Part]:
        """Nets that are trained beside it and do not ship."""
        ...

    def scenes_a_second(self) -> float: ...


@dataclass(frozen=True, slots=True)
class Budget:
    minutes: float
    """Of this piece."""
    learning_rate: float
    steps: int | None = None
    """Of the whole training. With it the learning rate follows the steps, and all is the same on every run."""
    plan_minutes: float | None = None
    """Of the whole training, where its steps are not known: the learning rate then follows the clock."""
    finish: bool = False
    """The whole training ends with this piece: the plan is what was spent and what is left of these minutes."""
    save_minutes: float = 3.0
    warm_up: int = WARM_UP_STEPS
    average: float = 0.999
    autocast: torch.dtype | None = None
    log_every: int = 10
    muon: bool = True


class Trainer:
    def __init__(
        self,
        task: Task,
        folder: Path,
        budget: Budget,
        device: torch.device,
        *,
        quiet: bool = False,
        began: float | None = None,
    ) -> None:
        """began: when the minutes of this piece began to count (time.monotonic), if before it runs."""
        self.task, self.folder, self.budget, self.device, self.quiet = task, folder / task.name, budget, device, quiet
        self.folder.mkdir(parents=True, exist_ok=True)
        self.progress = Progress()
        self.optimiser: torch.optim.Optimizer = (make_muon if budget.muon else make_optimiser)(task.net)
        self.average = Average(task.net, budget.average)
        self._began, self._save_seconds = began, 5.0
        self._plan_minutes = budget.plan_minutes

    @property
    def started(self) -> bool:
        return (self.folder / STATE).exists() or (self.folder / "weights" / MANIFEST).exists()

    def resume(self) -> str:
        """Go on from the whole state; where only weights are left, rebuild the optimiser and warm up again."""
        if (self.folder / STATE).exists():
            self.progress = load_state(self.folder / STATE, self._parts(), self.task.identity())
            return f"goes on at step {self.progress.step}"
        if (self.folder / "weights" / MANIFEST).exists():
            return self.begin_from(read_set(self.folder / "weights"))
        return "begins"

    def begin_from(self, weights: WeightSet) -> str:
        """From weights alone."""
        stored = take(weights, self.task.name)
        mine = self.task.store(self.task.net, {})
        if stored.config != json.loads(json.dumps(mine.config)):
            raise BrokenWeights(f"{weights.folder} holds a {self.task.name} of another size; use another --config")
        if self.task.name != "clip" and stored.clip != mine.clip:
            raise BrokenWeights(f"{weights.folder}: its {self.task.name} was trained against another CLIP")
        for net in (self.task.net, self.average.net):
            net.load_state_dict(restored(stored.tensors))
        step = int(stored.about.get("step", 0))
        self.progress = Progress(step=step, built_at=step, seconds=float(stored.about.get("seconds", 0.0)))
        return f"goes on from the weights of step {step}, with a new optimiser"

    def run(self) -> Progress:
        """Train until the plan or this piece's minutes are over."""
        limit = (self._began or time.monotonic()) + self.budget.minutes * 60
        losses: list[Tensor] = []
        rows = [self._at_the_start()]
        began = saved = told = time.monotonic()
        if self.budget.finish:
            self._plan_minutes = (self.progress.seconds + max(1.0, limit - began - self._save_seconds)) / 60
        seconds_before, first_step = self.progress.seconds, self.progress.step
        figures, saved_step = dict[str, float](), first_step
        while not self._planned_end() and time.monotonic() + self._save_seconds < limit:
            losses.append(self._step())
            now = time.monotonic()
            self.progress.seconds = seconds_before + now - began
            if self._tells_at(first_step, now - told):
                # The one place that waits for the device.
                loss = float(torch.stack(losses).mean())
                losses.clear()
                now = time.monotonic()
                self._must_be_finite(loss)
                rate = (self.progress.step - first_step) * self.task.batch / max(1e-6, now - began)
                rows.append(self._row(loss, rate))
                if now - told > 0.5:
                    self._tell(loss, rate, now - began)
                    told = now
            if now - saved > self.budget.save_minutes * 60:
                figures, saved_step = self._save(rows), self.progress.step
                saved = time.monotonic()
                self._save_seconds = 1.2 * (saved - now)
        rate = (self.progress.step - first_step) * self.task.batch / max(1e-6, time.monotonic() - began)
        if losses:
            rows.append(self._row(float(torch.stack(losses).mean()), rate))
            self._must_be_finite(rows[-1]["loss"])
        if self.progress.step > saved_step:
            figures = self._save(rows)
        if self.progress.step > first_step:
            self._say(
                f"\n{self.task.name}: step {self.progress.step}, {rate:.1f} pictures/s, "
                f"{self.task.scenes_a_second():.0f} scenes/s composed, "
                + ", ".join(f"{name} {value:.4g}" for name, value in figures.items())
            )
        return self.progress

    def _tells_at(self, first_step: int, silent: float) -> bool:
        """Every so many steps; on a CPU, where nothing is waited for, also when it has been silent for long."""
        since = self.progress.step - first_step
        slow = self.device.type == "cpu" and silent > SILENT_SECONDS
        return since == 1 or self.progress.step % self.budget.log_every == 0 or slow

    def _at_the_start(self) -> dict[str, Any]:
        """The held-out loss before this piece; it also composes the held-out scenes, which saving then need not."""
        began = time.monotonic()
        with torch.no_grad(), self._autocast():
            loss = float(self.task.held_out_loss(self.average.net))
        self._save_seconds += time.monotonic() - began
        return {"step": self.progress.step, "seconds": round(self.progress.seconds, 1), "held_out": loss}

    def _step(self) -> Tensor:
        progress, budget = self.progress, self.budget
        rate = learning_rate(
            budget.learning_rate,
            since_start=progress.since_start,
            progress=self.share_done(),
            warm_up=budget.warm_up,
        )
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        self.optimiser.zero_grad(set_to_none=True)
        with self._autocast():
            loss = self.task.loss(progress.step, self.share_done())
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.task.net.parameters(), CLIP_GRADIENT_AT)
        self.optimiser.step()
        self.average.update(self.task.net, progress.since_start)
        progress.step += 1
        return loss.detach()

    def _parts(self) -> dict[str, Part]:
        trained = {"net": Part(self.task.net, self.optimiser), "average": Part(self.average.net)}
        return trained | dict(self.task.helpers())

    def share_done(self) -> float:
        """0 to 1 over the whole plan; without a plan there is no end to come down to."""
        if self.budget.steps is not None:
            return min(1.0, self.progress.step / self.budget.steps)
        if self._plan_minutes is not None:
            return min(1.0, self.progress.seconds / 60 / self._plan_minutes)
        return 0.0

    def _planned_end(self) -> bool:
        return self.share_done() >= 1.0

    def _autocast(self) -> contextlib.AbstractContextManager[Any]:
        if self.budget.autocast is None:
            return contextlib.nullcontext()
        return torch.autocast(self.device.type, self.budget.autocast)

    def _save(self, rows: list[dict[str, Any]]) -> dict[str, float]:
        """State, averaged weights, log, curve and sheets."""
        progress = self.progress
        with torch.no_grad(), self._autocast():
            figures = {"held_out": float(self.task.held_out_loss(self.average.net))}
            figures |= self.task.look(self.average.net, self.folder)
        rows.append({"step": progress.step, "seconds": round(progress.seconds, 1), **figures})
        about = {"step": progress.step, "seconds": round(progress.seconds, 1), **self.task.identity(), **figures}
        write_set(self.folder / "weights", [self.task.store(self.average.net, about)])
        save_state(self.folder / STATE, self._parts(), progress, self.task.identity())
        log = self.folder / "log.jsonl"
        with open(log, "a") as file:
            file.writelines(json.dumps(row) + "\n" for row in rows)
        rows.clear()
        loss_curve(self.folder / "curve.png", read_log(log), f"{self.task.name}, step {progress.step}")
        return figures

    def _row(self, loss: float, rate: float) -> dict[str, Any]:
        return {
            "step": self.progress.step,
            "seconds": round(self.progress.seconds, 1),
            "loss": loss,
            "learning_rate": self.optimiser.param_groups[0]["lr"],
            "pictures_a_second": round(rate, 1),
            "scenes_a_second": round(self.task.scenes_a_second(), 1),
        }

    def _must_be_finite(self, loss: float) -> None:
        if not math.isfinite(loss):
            raise SystemExit(
                f"\n{self.task.name}: the loss is {loss} at step {self.progress.step}. The last checkpoint in "
                f"{self.folder} is sound: go on from it with a smaller --lr."
            )

    def _tell(self, loss: float, rate: float, seconds: float) -> None:
        share = min(1.0, seconds / 60 / self.budget.minutes)
        bar = "#" * round(share * 24)
        self._say(
            f"\r{self.task.name} [{bar:<24}] {seconds / 60:.1f} of {self.budget.minutes:g} min, "
            f"step {self.progress.step}, loss {loss:.4f}, {rate:.0f} pictures/s, "
            f"{self.task.scenes_a_second():.0f} scenes/s ",
            end="",
        )

    def _say(self, words: str, end: str = "\n") -> None:
        if not self.quiet:
            print(words, end=end, file=sys.stderr, flush=True)


Compiled = Callable[..., Any]


def compiled(net: nn.Module, wanted: bool) -> Compiled:
    """The net as a function. Its weights stay where they are, so nothing else need know that it is compiled."""
    return torch.compile(net) if wanted else net
