"""`make bench-api`: what the Images API costs beside the engine alone, and what a request costs that waits.
Options: --engine, --rounds, --n, --size, --waiting, --part.

The overhead: the same batch in turn through the API of the one command and straight into a model's child of our own, so
that whatever else the machine does meets both alike. The waiting: an engine that stands still, and so many connections
at once, each with a request of its own; memory is that of the web process before and after, and meanwhile others are
answered. Figures, never a test: it ends with 1 only where something is broken.
"""

import argparse
import asyncio
import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from gpu_worker.request import DrawRequest, Result
from gpu_worker.runtime.child import ModelChild
from tests.bench.figures import Figure, machine, memory, percentile
from tests.conformance.home import PLENTY, Hand
from tests.conformance.raw import Raw
from tests.site import Site, wait_until

PROMPT = "a lighthouse folded from paper in a storm"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="What the Images API costs.")
    parser.add_argument("--engine", default="tiny")
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--n", type=int, default=4, help="pictures a batch")
    parser.add_argument("--size", type=int, default=1024, choices=(256, 512, 1024))
    parser.add_argument("--waiting", type=int, default=1000)
    parser.add_argument("--part", choices=("overhead", "waiting"), help="only this one")
    options = parser.parse_args(arguments)
    print(machine(), flush=True)
    for part in (overhead, waiting):
        if options.part in (None, part.__name__):
            for figure in part(options):
                print(figure.line(), flush=True)
    return 0


def overhead(options: argparse.Namespace) -> Iterator[Figure]:
    direct: list[float] = []
    through: list[float] = []
    with running(options.engine) as (site, key):
        model = ModelChild(engine=options.engine)
        model.start()
        assert model.ready(120) is not None, model.problem
        try:
            # The first of each warms everything up.
            for number in range(options.rounds + 1):
                through.append(timed(lambda: asked(site, key, options.n, options.size)))
                direct.append(timed(lambda number=number: drawn(model, number, options.n, options.size)))
        finally:
            model.close()
    through, direct = through[1:], direct[1:]
    batch = f"{options.n} of {options.size} by {options.engine}, {options.rounds} in turn"
    for share in (0.5, 0.95):
        name = f"p{100 * share:.0f}"
        api, engine = 1000 * percentile(through, share), 1000 * percentile(direct, share)
        yield Figure(what=f"the engine alone, {batch}, {name}", value=engine, unit="ms")
        yield Figure(what=f"    through the API, {name}", value=api, unit="ms")
        yield Figure(what=f"    overhead, {name}", value=api - engine, unit="ms")
        yield Figure(what=f"    as a share of the engine's time, {name}", value=api / engine, unit="")


def timed(act: object) -> float:
    began = time.perf_counter()
    act()  # type: ignore[operator]
    return time.perf_counter() - began


def body(n: int, size: int, number: int = 0) -> bytes:
    return json.dumps({"prompt": f"{PROMPT}, {number}", "n": n, "size": f"{size}x{size}"}).encode()


def asked(site: Site, key: str, n: int, size: int) -> None:
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    exchange = Raw(f"{site.address}/v1").send("POST", "/images/generations", body(n, size), headers, timeout=300)
    assert exchange.status == 200 and len(exchange.json["data"]) == n, exchange.words()


def drawn(model: ModelChild, number: int, n: int, size: int) -> None:
    seeds = tuple(range(n * number + 1, n * number + n + 1))
    drawing = model.submit(DrawRequest(id=f"bench-{number}", kind="prompt", prompt=PROMPT, seeds=seeds, size=size))
    message = None
    while not drawing.finished:
        message = drawing.next(60) or message
    assert isinstance(message, Result), message


def waiting(options: argparse.Namespace) -> Iterator[Figure]:
    """Requests that all wait for one engine that stands still."""
    allow_files(2 * options.waiting + 500)
    with running(options.engine, GPU_WORKER_STEP_SECONDS="3600") as (site, key):
        web = psutil.Process(site.processes["site"].pid)
        model = [child.pid for child in web.children(recursive=True)]
        models(site, key)
        time.sleep(2)
        before, threads = memory(web.pid), web.num_threads()
        times, held = asyncio.run(all_at_once(site, key, options.waiting))
        after = held.memory
        each = 1000 * (after["Rss"] - before["Rss"]) / options.waiting
        yield Figure(what=f"requests that wait at once (of {options.waiting})", value=held.waiting, unit="")
        yield Figure(what="    until all of them waited", value=held.seconds, unit="s")
        yield Figure(what="    memory of the web process before, RSS", value=before["Rss"], unit="MB")
        yield Figure(what="    memory of the web process with all waiting, RSS", value=after["Rss"], unit="MB")
        yield Figure(what="    memory for each that waits", value=each, unit="kB")
        yield Figure(what="    threads of the web process before", value=threads, unit="")
        yield Figure(what="    threads with all waiting", value=held.threads, unit="")
        milliseconds = [1000 * one for one in times]
        yield Figure(what="    GET /v1/models meanwhile, p50", value=percentile(milliseconds, 0.5), unit="ms")
        yield Figure(what="    GET /v1/models meanwhile, p95", value=percentile(milliseconds, 0.95), unit="ms")
        assert model, "the engine was not held"


@dataclass(frozen=True, kw_only=True)
class Held:
    """The web process while so many wait."""

    waiting: int
    seconds: float
    memory: dict[str, float]
    threads: int


async def all_at_once(site: Site, key: str, count: int) -> tuple[list[float], Held]:
    """Every request on a connection of its own, none of which has an answer when it is counted."""
    loop, began = asyncio.get_running_loop(), time.monotonic()
    answered: list[bytes] = []

    async def one(number: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await asyncio.open_connection("127.0.0.1", site.port)
        sent = body(1, 256, number)
        headers = {
            "Authorization": f"Bearer {key}",
            "Content-Type": "application/json",
            "Content-Length": str(len(sent)),
        }
        writer.write(Raw(f"{site.address}/v1").head("POST", "/images/generations", headers) + sent)
        await writer.drain()
        return reader, writer

    connections = [await one(number) for number in range(count)]
    watchers = [asyncio.ensure_future(reader.read(1000)) for reader, _ in connections]
    for watcher in watchers:
        watcher.add_done_callback(lambda done: answered.append(done.result() if not done.cancelled() else b""))
    await loop.run_in_executor(None, lambda: wait_until(lambda: jobs(site) >= count, seconds=600, what="all the jobs"))
    took = time.monotonic() - began
    await asyncio.sleep(3)
    times = [await loop.run_in_executor(None, timed, lambda: models(site, key)) for _ in range(100)]
    assert not answered, f"{len(answered)} did not wait: {answered[0][:300]!r}"
    web = psutil.Process(site.processes["site"].pid)
    held = Held(waiting=count - len(answered), seconds=took, memory=memory(web.pid), threads=web.num_threads())
    for watcher in watchers:
        watcher.cancel()
    for _, writer in connections:
        writer.close()
    return times, held


def models(site: Site, key: str) -> None:
    exchange = Raw(f"{site.address}/v1").send("GET", "/models", None, {"Authorization": f"Bearer {key}"})
    assert exchange.status == 200, exchange.words()


def jobs(site: Site) -> int:
    with site.query() as query:
        ((count,),) = query("SELECT count(*) FROM generation_job")
    return int(count)


def allow_files(wanted: int) -> None:
    """A connection is a file at either end; what is started inherits the allowance."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(wanted, hard), hard))


@contextmanager
def running(engine: str, **settings: str) -> Iterator[tuple[Site, str]]:
    """The one command with the product's own times, and a key with plenty."""
    own = {"TESSERA_LEASE_SECONDS": "6", "TESSERA_SWEEP_SECONDS": "2", "TESSERA_API_IMAGES_A_MINUTE": PLENTY}
    with tempfile.TemporaryDirectory(prefix="tessera-bench-") as folder:
        site = Site(Path(folder), TESSERA_ENGINE=engine, **own, **settings)
        site.patience = 180.0
        with site, Hand(site.environment) as hand:
            yield site, hand.key(usd="1000")


if __name__ == "__main__":
    # The terminal's own settings of a site must not reach the one that is measured.
    for variable in ("DATABASE_URL", "REDIS_URL", "STORAGE_URL", "TESSERA_DATA", "ALLOWED_HOSTS", "DEBUG"):
        os.environ.pop(variable, None)
    sys.exit(main())
