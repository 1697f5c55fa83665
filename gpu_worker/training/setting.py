"""Where and on what a task is trained, and what tasks share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import torch
from torch import Tensor, nn

from gpu_worker.pipeline.checkpoint import Stored
from gpu_worker.pipeline.config import UnclipConfig
from gpu_worker.pipeline.weights import store_net
from gpu_worker.training.frozen import FrozenClip
from gpu_worker.training.loop import Compiled, compiled
from gpu_worker.training.pool import Compose, Pool, PoolPlan
from gpu_worker.training.scenes import HELD_OUT, Scenes, SceneSource, derived_seed, trimmed
from gpu_worker.training.state import Part

SHEET_SEED = 7
SIMPLE = 0.5


@dataclass(frozen=True, slots=True)
class Setting:
    config: UnclipConfig
    source: SceneSource
    device: torch.device
    batch: int
    seed: int = 0
    pool: int = 4096
    """Scenes kept for reuse."""
    round: int | None = None
    """Scenes composed at once; a batch where it is not said."""
    uses: float = 4.0
    simple_steps: int = 0
    """Half of the scenes are plain, single and large up to this step."""
    compile: bool = False
    check: int = 256
    """Held-out scenes that losses and figures are taken on."""

    def pool_of(self, compose: Compose, *, batch: int, purpose: str, share: float = 1.0) -> Pool:
        composed = self.round or batch
        capacity = max(1, int(self.pool * share) // composed) * composed
        plan = PoolPlan(capacity, composed, self.uses, first=min(4, capacity // composed))
        return Pool(plan, compose, batch=batch, seed=self.seed, purpose=purpose, device=self.device)

    def scenes(self, seed: int, size: int, count: int, step: int) -> Scenes:
        simple = SIMPLE if step < self.simple_steps else 0.0
        return self.source.batch(seed, size, count, self.device, simple=simple)

    def held_out(self, size: int, count: int, purpose: str = "check") -> Scenes:
        return self.source.batch(derived_seed(SHEET_SEED, purpose), size, count, self.device, split=HELD_OUT)


class TaskBase:
    """What the tasks that stand on a frozen CLIP have in common."""

    name: str
    net: nn.Module
    pool: Pool

    def __init__(self, setting: Setting, clip: FrozenClip, net: nn.Module, name: str) -> None:
        self.setting, self.clip, self.name = setting, clip, name
        self.device, self.batch = setting.device, setting.batch
        self.net = net.to(setting.device).train()
        self.sampling = setting.config.sampling

    @cached_property
    def run_net(self) -> Compiled:
        return compiled(self.net, self.setting.compile)

    def store(self, net: nn.Module, about: Mapping[str, Any]) -> Stored:
        return store_net(self.name, net, clip=self.clip.hash, about=about)

    def identity(self) -> dict[str, Any]:
        return {
            "net": self.name,
            "config": self.store(self.net, {}).config,
            "clip": self.clip.hash,
            "seed": self.setting.seed,
        }

    def helpers(self) -> Mapping[str, Part]:
        return {}

    def scenes_a_second(self) -> float:
        return self.pool.rate

    def words_of(self, rows: Mapping[str, Tensor]) -> tuple[Tensor, Tensor, Tensor]:
        """states, present and z_t, scaled by √d, of the captions in a batch"""
        ids = rows["ids"] if self.setting.compile else trimmed(rows["ids"], rows["length"])
        text = self.clip.read(ids, rows["length"])
        return text.states, text.present, text.embedding * self.clip.scale


def seeded(seed: int, build: Any) -> Any:
    """A net whose first values come from the seed, on every device the same."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(derived_seed(seed, "first values"))
        return build()
