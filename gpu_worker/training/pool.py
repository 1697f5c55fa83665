"""A pool of scenes on the training device, constantly replaced.

Composing a scene costs more than a small net's pass over it, so each is used a few times, but never twice in a row:
it lies among as many others as the memory holds. What the pool holds at a step follows from the seed and the step
alone, so a resumed run composes it again and goes on as if it had never stopped.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from gpu_worker.training.scenes import derived_seed, generator

Compose = Callable[[int, int, int], Mapping[str, Tensor]]
"""(seed, count, step) -> columns of count rows, on the training device; step is when they begin to be used."""
# Every so many rounds on a GPU one is waited for and timed; waiting for each would keep the device from its work.
TIMED = 16


@dataclass(frozen=True, slots=True)
class PoolPlan:
    capacity: int
    """Scenes kept, at most; a multiple of `round`."""
    round: int
    """Scenes composed at once."""
    uses: float = 4.0
    """How often a scene is used on the average."""
    first: int = 4
    """Rounds composed before the first step."""


class Pool:
    def __init__(
        self,
        plan: PoolPlan,
        compose: Compose,
        *,
        batch: int,
        seed: int,
        purpose: str,
        device: torch.device,
    ) -> None:
        if plan.capacity % plan.round:
            raise ValueError(f"a pool of {plan.capacity} is not filled by rounds of {plan.round}")
        self.plan, self.batch, self.seed, self.purpose, self.device = plan, batch, seed, purpose, device
        self.composed = 0
        self._timed, self._seconds = 0, 0.0
        self._compose = compose
        self._steps_a_round = plan.uses * plan.round / batch
        self._columns: dict[str, Tensor] = {}
        self._rounds = 0

    def at(self, step: int) -> dict[str, Tensor]:
        """The batch of a step, rows drawn from all that the pool then holds."""
        self._fill(step)
        held = min(self._rounds * self.plan.round, self.plan.capacity)
        source = generator(torch.device("cpu"), self.seed, self.purpose, "draw", step)
        chosen = torch.randint(held, (self.batch,), generator=source).to(self.device, non_blocking=True)
        return {name: column[chosen] for name, column in self._columns.items()}

    def _fill(self, step: int) -> None:
        due = self.plan.first + int(step / self._steps_a_round)
        places = self.plan.capacity // self.plan.round
        if self._rounds > due:
            raise ValueError("a pool only goes forwards")
        # What would have been replaced by now need not be composed.
        first = max(self._rounds, due - places)
        for number in range(first, due):
            self._compose_round(number, places)
        self._rounds = due

    def _compose_round(self, number: int, places: int) -> None:
        waits = self.device.type == "cuda"
        timed = not waits or number % TIMED == 0
        if waits and timed:
            torch.cuda.synchronize(self.device)
        began = time.perf_counter()
        self._put(self._compose(*self._order(number)), number % places)
        if waits and timed:
            torch.cuda.synchronize(self.device)
        self.composed += self.plan.round
        if timed:
            self._timed += self.plan.round
            self._seconds += time.perf_counter() - began

    def _order(self, number: int) -> tuple[int, int, int]:
        used_from = int(max(0, number - self.plan.first + 1) * self._steps_a_round)
        return derived_seed(self.seed, self.purpose, "scenes", number), self.plan.round, used_from

    def _put(self, rows: Mapping[str, Tensor], place: int) -> None:
        if not self._columns:
            self._columns = {
                name: torch.empty(self.plan.capacity, *value.shape[1:], dtype=value.dtype, device=self.device)
                for name, value in rows.items()
            }
        start = place * self.plan.round
        for name, value in rows.items():
            self._columns[name][start : start + self.plan.round] = value

    @property
    def rate(self) -> float:
        """Scenes composed a second of composing."""
        return self._timed / self._seconds if self._seconds else 0.0
