"""Which device, which precision, how many threads."""

from __future__ import annotations

import os
from pathlib import Path

import torch

CGROUP_LIMIT = Path("/sys/fs/cgroup/cpu.max")


def choose_device() -> torch.device:
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def choose_dtype(device: torch.device) -> torch.dtype:
    """bf16 where the chip multiplies it natively: half the memory and twice the speed. Elsewhere it is emulated."""
    if device.type == "cuda":
        return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float32
    native = any(getattr(torch.cpu, name, bool)() for name in ("_is_avx512_bf16_supported", "_is_amx_tile_supported"))
    return torch.bfloat16 if native else torch.float32


def limit_threads() -> int:
    """Use the cores that we may use; GPU_WORKER_THREADS asks for fewer."""
    wanted = int(os.environ.get("GPU_WORKER_THREADS") or 0)
    threads = wanted if wanted > 0 else available_cores()
    torch.set_num_threads(threads)
    return threads


def available_cores() -> int:
    """Cores by affinity and by the container's quota: more threads than that only wait for each other."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        quota, period = CGROUP_LIMIT.read_text().split()
        return max(1, min(cores, -(-int(quota) // int(period))))
    except (OSError, ValueError):
        return cores
