"""The learning rate: up in the first steps, level, and in a straight line to nothing over the last 30 % of the plan."""

from __future__ import annotations

WARM_UP_STEPS = 500
LINEAR_END = 0.3


def learning_rate(peak: float, *, since_start: int, progress: float, warm_up: int = WARM_UP_STEPS) -> float:
    """since_start counts steps since the optimiser was built, progress goes from 0 to 1 over the whole plan."""
    warm = min(1.0, (since_start + 1) / max(1, warm_up))
    cool = min(1.0, max(0.0, 1.0 - progress) / LINEAR_END)
    return peak * warm * cool
