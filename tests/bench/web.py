"""`make bench-web`: what the web side costs, measured on this machine in one run. Options: --servers (again with a
private Postgres and Valkey), --rounds, --seconds, --jobs, --drawings.

Every site here is the product itself with its own default settings, plus one bare view (tests/bench/bare) in the same
server process, behind the same middleware, which writes one row. It is asked twice: as Django serves it by its own
handler, which is what "a bare Django view" means, and through the product's handler of pages (dalle_site/pages.py),
which is quicker for both. The load comes from a process of its own.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from statistics import mean
from typing import Any

import psutil
from websockets.sync.client import connect
from websockets.typing import Origin

from tests.bench.figures import Figure, machine, memory, percentile
from tests.servers.postgres import Postgres
from tests.servers.valkey import Valkey
from tests.signed_in import signed_in
from tests.site import ROOT, Site, Visitor, wait_until

CLIENTS = 20
ADDRESSES = {
    "/bare/django": "bare Django view, one row",
    "/bare": "the same through the product's handler",
    "/jobs": "accepted submits",
}
DEFAULTS = {
    "DJANGO_SETTINGS_MODULE": "tests.bench.settings",
    "TESSERA_FIRST_MONTH_CREDITS": "100000",
    # tests.site hurries these for the tests' sake; the bench wants the product's own.
    "TESSERA_LEASE_SECONDS": "6",
    "TESSERA_SWEEP_SECONDS": "2",
}


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="What the web side costs.")
    parser.add_argument("--servers", action="store_true", help="again on a private Postgres and Valkey")
    parser.add_argument("--only-servers", action="store_true", help="only on a private Postgres and Valkey")
    parser.add_argument("--rounds", type=int, default=4, help="rounds of the bare view and of submits, in turn")
    parser.add_argument("--seconds", type=float, default=6.0, help="length of a round")
    parser.add_argument("--jobs", type=int, default=60, help="jobs for the queue's overhead")
    parser.add_argument("--drawings", type=int, default=6, help="drawings of the bundled engine for the lag")
    options = parser.parse_args(arguments)
    print(machine())
    print(f"The client alone, against a server that does nothing: {client_overhead()}")
    if not options.only_servers:
        measure("one command: SQLite, workers in the web process", {}, options)
    if options.servers or options.only_servers:
        with servers() as addresses:
            measure("Postgres, Valkey, workers as processes", addresses, options)
    return 0


def measure(mode: str, addresses: dict[str, str], options: argparse.Namespace) -> None:
    print(f"\n{mode}", flush=True)
    settings = {**DEFAULTS, **addresses}
    for part in (submits, queue_overhead, progress_lag):
        for figure in part(settings, options):
            print(figure.line(), flush=True)


def submits(settings: dict[str, str], options: argparse.Namespace) -> Iterator[Figure]:
    """The bare view and submits in turn, so that whatever else the machine does meets both alike."""
    # A step that lasts an hour holds the one gpu slot, so the queue behind it stands still; screening goes on.
    with running(settings, GPU_WORKER_STEP_SECONDS="3600") as site:
        people = signed_in(site, [f"person{number}" for number in range(CLIENTS)])
        holder = signed_in(site, ["holder"])["holder"]
        held = holder.start("holds the gpu queue")
        wait_until(lambda: holder.state(held)["step"], what="the first step of the job that holds the queue")
        rounds: dict[str, list[dict[str, Any]]] = {address: [] for address in ADDRESSES}
        for address in rounds:
            post(site, people, address, seconds=2.0)
            settle(site)
        unscreened = 0
        for _ in range(options.rounds):
            for address, answers in rounds.items():
                answers.append(post(site, people, address, seconds=options.seconds))
                unscreened = max(unscreened, waiting(site))
                settle(site)
        rates = {address: [len(r["times"]) / r["seconds"] for r in answers] for address, answers in rounds.items()}
        for address, name in ADDRESSES.items():
            times = [1000 * seconds for r in rounds[address] for seconds in r["times"]]
            spread = f"{min(rates[address]):.0f} to {max(rates[address]):.0f}"
            yield Figure(what=f"{name}, {CLIENTS} at once ({spread})", value=mean(rates[address]), unit="/s")
            yield Figure(what="    answered, p50", value=percentile(times, 0.5), unit="ms")
            yield Figure(what="    answered, p95", value=percentile(times, 0.95), unit="ms")
            cpu = sum(r["web cpu"] for r in rounds[address]) / len(times)
            yield Figure(what="    processor time of the web process for each", value=1000 * cpu, unit="ms")
        for address, what in (
            ("/bare/django", "submits to the bare view as Django serves it"),
            ("/bare", "submits to the bare view through our quicker handler"),
        ):
            ratio = mean(rates["/jobs"]) / mean(rates[address])
            yield Figure(what=what, value=ratio, unit="", wanted="at least 0.4", met=ratio >= 0.4)
        yield Figure(what="    not yet screened at the end of a round, most", value=unscreened, unit="jobs")
        with site.query() as query:
            ((accepted,),) = query("SELECT count(*) FROM generation_job")
        yield Figure(what="    jobs in the line at the end", value=accepted, unit="jobs")
        used = memory(web_pid(site))
        if used:
            rss = used["Rss"]
            what = "memory of the web process after it, RSS"
            yield Figure(what=what, value=rss, unit="MB", wanted="at most 180 MB", met=rss <= 180)
            yield Figure(what="    PSS", value=used["Pss"], unit="MB")


def queue_overhead(settings: dict[str, str], options: argparse.Namespace) -> Iterator[Figure]:
    """From the row's own stamp at acceptance (`created`, set just before it is written) to the stamp of the gpu
    worker's claim (`started_at`): commit, screening and two hops through the broker lie between. One job at a time."""
    with running(settings) as site:
        person = signed_in(site, ["person"])["person"]
        _, done = drawings(site, person, count=options.jobs, pause=0.3)
        waits = [1000 * (started - created) for created, started in stamps(site, done)]
    limit = percentile(waits, 0.95)
    yield Figure(what=f"accepted to worker started, {len(waits)} jobs, p50", value=percentile(waits, 0.5), unit="ms")
    yield Figure(what="    p95", value=limit, unit="ms", wanted="at most 50 ms", met=limit <= 50)
    yield Figure(what="    longest", value=max(waits), unit="ms")


def progress_lag(settings: dict[str, str], options: argparse.Namespace) -> Iterator[Figure]:
    """From the worker's `at` in a progress message to its arrival at a client, while the bundled engine draws."""
    with running(settings, TESSERA_ENGINE="bundled") as site:
        person = signed_in(site, ["person"])["person"]
        began = time.monotonic()
        lags, done = drawings(site, person, count=options.drawings, pause=0.3)
        each = (time.monotonic() - began) / len(done)
    limit = percentile(lags, 0.95)
    yield Figure(what=f"progress to the page, {len(lags)} messages, p50", value=percentile(lags, 0.5), unit="ms")
    yield Figure(what="    p95", value=limit, unit="ms", wanted="at most 50 ms", met=limit <= 50)
    yield Figure(what="    longest", value=max(lags), unit="ms")
    yield Figure(what="    a drawing, for comparison", value=each, unit="s")


def drawings(site: Site, person: Visitor, *, count: int, pause: float) -> tuple[list[float], list[str]]:
    """Draw one after the other with a page's socket open: every progress message's lag in ms, and the jobs."""
    wait_until(lambda: engine_known(site), seconds=120, what="the engine's report")
    lags: list[float] = []
    done: list[str] = []
    address = site.address.replace("http", "ws") + "/live"
    with connect(address, origin=Origin(site.address), additional_headers={"Cookie": person.cookie}) as socket:
        for _ in range(count + 1):
            job = person.start()
            while True:
                text = socket.recv(timeout=120)
                now = time.time() * 1000
                message = json.loads(text)
                if message["type"] == "progress":
                    lags.append(now - message["at"])
                if message["type"] == "job" and message["job"]["id"] == job and message["job"]["finished"]:
                    assert message["job"]["status"] == "delivered", message
                    break
            done.append(job)
            if len(done) == 1:
                lags.clear()  # the first warms everything up
            time.sleep(pause)
    return lags, done[1:]


def engine_known(site: Site) -> bool:
    with site.query() as query:
        return bool(query("SELECT name FROM generation_engine"))


def stamps(site: Site, jobs: Sequence[str]) -> list[tuple[float, float]]:
    with site.query() as query:
        rows = query("SELECT id, created, started_at FROM generation_job")
    wanted = {job.replace("-", "") for job in jobs}
    chosen = [(moment(a), moment(b)) for job, a, b in rows if str(job).replace("-", "") in wanted]
    assert len(chosen) == len(jobs)
    return chosen


def moment(value: Any) -> float:
    # SQLite keeps its stamps as text.
    return (datetime.fromisoformat(value) if isinstance(value, str) else value).timestamp()


def waiting(site: Site) -> int:
    with site.query() as query:
        ((count,),) = query("SELECT count(*) FROM generation_job WHERE screened_at IS NULL")
    return int(count)


def settle(site: Site) -> None:
    """What one round left to do must not be done in the next one's time."""
    wait_until(lambda: waiting(site) == 0, seconds=120, what="the end of screening")
    time.sleep(0.5)


def post(site: Site, people: dict[str, Visitor], path: str, *, seconds: float) -> dict[str, Any]:
    for person in people.values():
        if "csrftoken" not in person.session.cookies:
            person.get("/")
    # One token serves every client: it only has to fit the cookie beside it.
    token = next(iter(people.values())).session.cookies["csrftoken"]
    cookies = [f"sessionid={p.session.cookies['sessionid']}; csrftoken={token}" for p in people.values()]
    wanted = {"port": site.port, "path": path, "cookies": cookies, "token": token, "seconds": seconds}
    web = psutil.Process(web_pid(site))
    before = web.cpu_times()
    answer = load(wanted)
    after = web.cpu_times()
    answer["web cpu"] = after.user + after.system - before.user - before.system
    assert set(answer["statuses"]) == {"201"}, (path, answer["statuses"], site.log()[-3000:])
    return answer


def web_pid(site: Site) -> int:
    return site.processes["site" if site.embedded else "web"].pid


def load(wanted: dict[str, Any]) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.bench.load"]
    run = subprocess.run(command, cwd=ROOT, input=json.dumps(wanted), stdout=subprocess.PIPE, text=True, check=True)
    return dict(json.loads(run.stdout))


def client_overhead() -> str:
    command = [sys.executable, "-m", "tests.bench.load", "nothing"]
    server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        port = int(server.stdout.readline())
        answer = load({"port": port, "path": "/", "cookies": [""] * CLIENTS, "token": "", "seconds": 2.0})
    finally:
        server.kill()
        server.wait()
    count = len(answer["times"])
    return f"{count / answer['seconds']:.0f} requests/s, {1e6 * answer['cpu'] / count:.0f} µs of its own CPU each"


class MeasuredSite(Site):
    """The product with the bare view beside it."""

    INSTEAD = {
        "dalle_site.embedded": "tests.bench.serve",
        "dalle_site.asgi:application": "tests.bench.asgi:application",
    }

    def launch(self, name: str, *words: str, **settings: str) -> None:
        super().launch(name, *(self.INSTEAD.get(word, word) for word in words), **settings)


@contextmanager
def running(settings: dict[str, str], **more: str) -> Iterator[Site]:
    settings = {**settings, **more}
    with tempfile.TemporaryDirectory(prefix="tessera-bench-") as folder, MeasuredSite(Path(folder), **settings) as site:
        yield site


@contextmanager
def servers() -> Iterator[dict[str, str]]:
    postgres, valkey = Postgres(), Valkey()
    try:
        yield {"DATABASE_URL": postgres.url, "REDIS_URL": valkey.url}
    finally:
        for server in (postgres, valkey):
            server.stop()
            server.remove()


if __name__ == "__main__":
    # The terminal's own settings of a site must not reach the ones that are measured.
    for name in ("DATABASE_URL", "REDIS_URL", "STORAGE_URL", "TESSERA_DATA", "ALLOWED_HOSTS", "DEBUG"):
        os.environ.pop(name, None)
    sys.exit(main())
