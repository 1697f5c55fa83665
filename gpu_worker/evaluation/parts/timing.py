"""Four pictures of 1024 on this machine, beside the same nets run by plain loops at the paper's step counts.

Each way runs in a process of its own, so that its memory can be told apart:

python -m gpu_worker.evaluation.parts.timing --weights DIR
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import platform
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from gpu_worker.configs.bundled import BUNDLED
from gpu_worker.configs.paper import PAPER
from gpu_worker.configs.tiny import TINY
from gpu_worker.engines.hardware import available_cores, limit_threads
from gpu_worker.engines.unclip import UnclipEngine
from gpu_worker.evaluation.drawing import Artist
from gpu_worker.evaluation.study import Result
from gpu_worker.pipeline.config import UnclipConfig
from gpu_worker.pipeline.pictures import png, to_bytes
from gpu_worker.request import DrawRequest, Preview

PROMPT = "a yellow astronaut riding a skateboard"
SEEDS = (0, 1, 2, 3)
LIMIT_SECONDS = 3600
WAYS = ("served", "paper_steps")
CONFIGS: dict[str, UnclipConfig] = {"bundled": BUNDLED, "tiny": TINY}


def measure(weights: Path | None, *, config: str = "bundled") -> Result:
    """weights None: untrained nets of that config, whose arithmetic is the same."""
    result: Result = {"machine": machine(), "pictures": len(SEEDS), "size": 1024}
    for way in WAYS:
        command = [sys.executable, "-m", "gpu_worker.evaluation.parts.timing", "--way", way, "--config", config]
        command += ["--weights", str(weights.resolve())] if weights else []
        ran = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_SECONDS, check=False)
        if ran.returncode:
            return {"not_measured": f"drawing ended with {ran.returncode}: {ran.stderr.strip()[-300:]}"}
        result[way] = json.loads(ran.stdout)
    result["times_faster"] = round(result["paper_steps"]["seconds"] / result["served"]["seconds"], 2)
    return result


def machine() -> Result:
    names = [line.split(":", 1)[1].strip() for line in _lines(Path("/proc/cpuinfo")) if line.startswith("model name")]
    return {
        "processor": names[0] if names else platform.processor(),
        "cores": available_cores(),
        "device": torch.cuda.get_device_name() if torch.cuda.is_available() else "cpu",
        "torch": torch.__version__,
        "load": round(os.getloadavg()[0], 2),
    }


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


def served(weights: Path | None, config: UnclipConfig) -> Result:
    """As the worker draws: the second drawing of a loaded engine, files included."""
    engine = UnclipEngine("bundled", config, weights=weights)
    first: list[float] = []

    def draw(seeds: tuple[int, ...]) -> float:
        request = DrawRequest(id="timing", kind="prompt", prompt=PROMPT, seeds=seeds, size=1024)
        first.clear()
        began = time.perf_counter()

        def told(preview: Preview) -> None:
            if preview.images and not first:
                first.append(time.perf_counter() - began)

        engine.draw(request, progress=told, cancelled=lambda: False)
        return time.perf_counter() - began

    draw(SEEDS)  # the first one also warms caches, as a worker's first job does
    seconds = draw(SEEDS)
    return {"seconds": round(seconds, 2), "first_preview": round(first[0], 2), "peak_memory_mb": peak_memory()}


def paper_steps(weights: Path | None, config: UnclipConfig) -> Result:
    """Prior 64, decoder 250, upsamplers 27 and 15 steps, one picture after the other."""
    limit_threads()
    steps = PAPER.sampling
    artist = (
        Artist.load(weights, sampling=steps)
        if weights
        else Artist.untrained(dataclasses.replace(config, sampling=steps))
    )
    began = time.perf_counter()
    with torch.inference_mode():
        for seed in SEEDS:
            sketch = artist.unclip.sketch([PROMPT], [seed], size=256)
            large = artist.unclip.stages[1].enlarge(sketch.pictures, [seed], sketch.z_image)
            png(to_bytes(large[0]))
    return {"seconds": round(time.perf_counter() - began, 2), "peak_memory_mb": peak_memory()}


def peak_memory() -> int:
    """Of this process, in millions of bytes; Linux counts it in kilobytes, macOS in bytes."""
    unit = 1 if sys.platform == "darwin" else 1024
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Time the drawing of four pictures of 1024.")
    parser.add_argument("--weights", type=Path, help="a folder of weights; untrained nets where it is not said")
    parser.add_argument("--config", choices=tuple(CONFIGS), default="bundled", help="of the untrained nets")
    parser.add_argument("--way", choices=WAYS, help="this one alone, in this process")
    options = parser.parse_args(arguments)
    found: dict[str, Any]
    if options.way:
        found = {"served": served, "paper_steps": paper_steps}[options.way](options.weights, CONFIGS[options.config])
    else:
        found = measure(options.weights, config=options.config)
    print(json.dumps(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
