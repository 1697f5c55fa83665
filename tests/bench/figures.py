"""Figures, and the machine they were measured on."""

import os
import platform
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


def percentile(values: Sequence[float], share: float) -> float:
    """The nearest rank: a value that was really measured."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


@dataclass(frozen=True, kw_only=True)
class Figure:
    what: str
    value: float
    unit: str
    wanted: str = ""
    met: bool | None = None

    def line(self) -> str:
        digits = 2 if self.value < 10 else 1 if self.value < 100 else 0
        verdict = {True: "met", False: "MISSED", None: ""}[self.met]
        wanted = f"wanted {self.wanted}: {verdict}" if self.wanted else ""
        return f"  {self.what:<58} {self.value:9.{digits}f} {self.unit:<5} {wanted}".rstrip()


def machine() -> str:
    cpu = platform.processor() or platform.machine()
    facts = Path("/proc/cpuinfo")
    if facts.is_file() and (found := re.search(r"^model name\s*:\s*(.+)$", facts.read_text(), re.MULTILINE)):
        cpu = found.group(1)
    load = ", ".join(f"{number:.2f}" for number in os.getloadavg())
    return (
        f"{os.cpu_count()} cores, {cpu}, {platform.system()} {platform.release()}, Python {platform.python_version()}; "
        f"load before the start {load}"
    )


def memory(pid: int) -> dict[str, float]:
    """Megabytes of one process, its children apart: all that it maps (RSS), and its fair share of it (PSS)."""
    rollup = Path(f"/proc/{pid}/smaps_rollup")
    if not rollup.is_file():
        return {}
    found = re.findall(r"^(Rss|Pss):\s+(\d+) kB$", rollup.read_text(), re.MULTILINE)
    return {name: int(kilobytes) / 1000 for name, kilobytes in found}
