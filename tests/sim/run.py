"""Seeds, one after the other, in the database that Django is set up for."""

from __future__ import annotations

import traceback
from dataclasses import dataclass

from tests.sim.acts import Site
from tests.sim.shop import open_for
from tests.sim.world import World, reality

ACTS = 50


@dataclass(frozen=True)
class Outcome:
    seed: int
    acts: int
    crashes: int
    wrong: str = ""
    history: tuple[str, ...] = ()


def run_seed(seed: int, *, acts: int = ACTS) -> Outcome:
    """At least so many acts, and one crash. Anything that must not be is told, with all that led to it."""
    world = World(seed)
    site = Site(world)
    with reality(world), open_for(site.shop):
        try:
            site.open()
            while world.acts < acts or not world.crashes:
                site.step()
            site.shop.calm()
            world.finish()
        except Exception as error:  # whatever a service raises that nobody foretold is a violation too
            last = traceback.extract_tb(error.__traceback__)[-1]
            wrong = f"{type(error).__name__}: {error} ({last.name}, line {last.lineno})"
            return Outcome(seed, world.acts, world.crashes, wrong, tuple(world.history))
    return Outcome(seed, world.acts, world.crashes, history=tuple(world.history))
