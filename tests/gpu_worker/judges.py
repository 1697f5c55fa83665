"""A judge as small as they go, taught for a moment on the tests' own shapes."""

from functools import cache
from pathlib import Path

from gpu_worker.evaluation.judge import JudgeTraining
from gpu_worker.evaluation.judge_net import JudgeConfig
from gpu_worker.evaluation.judging import write_judge
from gpu_worker.evaluation.scene_source import even
from tests.gpu_worker.drawings import tiny_corpus

SMALL = JudgeConfig(widths=(8, 16, 16, 24), convolutions=(1, 1, 1, 2), features=16)


@cache
def corpus():
    return even(tiny_corpus())


def training(**fields):
    return JudgeTraining(corpus(), **{"batch": 16, "config": SMALL, "pool": 128, "learning_rate": 3e-3, **fields})


def a_judge(folder: Path, steps: int = 3) -> Path:
    taught = training()
    for step in range(steps):
        taught.step(step / steps)
    write_judge(folder, taught.net, {"steps": steps})
    return folder
