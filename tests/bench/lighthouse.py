"""`make lighthouse`: what Lighthouse says of the pages that people see most, and how much script the prompt page loads.
Options: --runs, --page.

The one command is started with a data folder of its own, somebody draws and shares, and Lighthouse looks as a middling
phone on a slow line (its own preset), signed in by the cookie. The median of the runs counts, since its scores lean on
how busy the machine is. It ends with 1 only where something is broken: a score that is missed is a figure.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from playwright.sync_api import sync_playwright

from deploy.setup.browser_libraries import node_command, npm_command
from deploy.setup.project import Project, fingerprint
from tests.bench.figures import Figure, machine
from tests.servers.chromium import FLAGS, chromium
from tests.signed_in import signed_in
from tests.site import ROOT, Site, Visitor, free_port

CATEGORIES = {"performance": 95, "accessibility": 100, "best-practices": 100}
MOST_SCRIPT = 100_000
# Two hundred packages for a figure now and then: they are fetched by whoever wants it, and by no other set-up.
LIBRARIES = ROOT / "tests" / "bench" / "npm"
PROGRAM = LIBRARIES / "node_modules" / "lighthouse" / "cli" / "index.js"
SENTENCES = ("a lighthouse folded from paper", "two foxes reading a map", "a glass teapot in the fog")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="What Lighthouse says of our pages.")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--page", choices=("prompt", "history", "share"), action="append", help="only this one")
    options = parser.parse_args(arguments)
    install()
    print(machine(), flush=True)
    with tempfile.TemporaryDirectory(prefix="tessera-bench-") as folder, Site(Path(folder)) as site:
        person = signed_in(site, ["person"])["person"]
        addresses = {name: site.address + path for name, path in pages(person).items()}
        with browser(Path(folder), person) as port:
            for name, address in addresses.items():
                if not options.page or name in options.page:
                    report(name, [look(address, port, Path(folder)) for _ in range(options.runs)])
    return 0


def install() -> None:
    """As pages' own libraries are: the versions and checksums of a lock file, once, and again when that changes."""
    stamp = LIBRARIES / "node_modules" / ".tessera"
    wanted = fingerprint(*(LIBRARIES / name for name in ("package.json", "package-lock.json")))
    if not stamp.is_file() or stamp.read_text() != wanted:
        print("Fetching Lighthouse (npm).", flush=True)
        command = [*npm_command(Project()), "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        subprocess.run(command, cwd=LIBRARIES, check=True)
        stamp.write_text(wanted)


def pages(person: Visitor) -> dict[str, str]:
    pictures = [person.finished(person.start(sentence))["pictures"][0]["id"] for sentence in SENTENCES]
    person.post(f"/pictures/{pictures[0]}/share", {"visibility": "unlisted", "show_sentence": "on"})
    found = re.search(r'"[^"\s]+(/s/[\w-]+)"', person.get(f"/pictures/{pictures[0]}").text)
    assert found, "the picture has no public page"
    return {"prompt": "/", "history": "/history", "share": found.group(1)}


@contextmanager
def browser(folder: Path, person: Visitor) -> Iterator[int]:
    """One in which the person is signed in: as a header alone, the cookie would not reach the socket."""
    port, profile = free_port(), folder / "profile"
    with sync_playwright() as playwright:
        program, flags = os.environ.get("TESSERA_CHROMIUM") or chromium(), [*FLAGS, f"--remote-debugging-port={port}"]
        opened = playwright.chromium.launch_persistent_context(profile, executable_path=program, args=flags)
        session = person.session.cookies["sessionid"]
        opened.add_cookies([{"name": "sessionid", "value": session, "url": person.address}])
        yield port
        opened.close()


def look(address: str, port: int, folder: Path) -> dict[str, Any]:
    """One run: the report as Lighthouse writes it."""
    file = folder / "lighthouse.json"
    options = [f"--only-categories={','.join(CATEGORIES)}", "--output=json", f"--output-path={file}", "--quiet"]
    command = [*node_command(Project()), str(PROGRAM), address, f"--port={port}", *options]
    subprocess.run(command, cwd=folder, check=True, timeout=300)
    found: dict[str, Any] = json.loads(file.read_text())
    if "runtimeError" in found:
        raise SystemExit(f"{address}: {found['runtimeError']['message']}")
    if found["finalDisplayedUrl"] != address:
        raise SystemExit(f"{address} led to {found['finalDisplayedUrl']}: nobody is signed in there")
    return found


def report(name: str, runs: list[dict[str, Any]]) -> None:
    for category, least in CATEGORIES.items():
        scores = [100 * run["categories"][category]["score"] for run in runs]
        what = f"{name}: {category} ({', '.join(f'{score:.0f}' for score in scores)})"
        value = median(scores)
        met = value >= least
        print(Figure(what=what, value=value, unit="", wanted=f"at least {least}", met=met).line(), flush=True)
        if not met:
            print("\n".join(f"      {line}" for line in lacking(runs[-1], category)), flush=True)
    speed = median(run["environment"]["benchmarkIndex"] for run in runs)
    print(Figure(what="    the machine's speed meanwhile, as Lighthouse takes it", value=speed, unit="").line())
    if name == "prompt":
        script = median(transferred(run) for run in runs)
        what, wanted = "prompt: script, as it is sent", f"at most {MOST_SCRIPT / 1000:.0f} kB"
        kilobytes = Figure(what=what, value=script / 1000, unit="kB", wanted=wanted, met=script <= MOST_SCRIPT)
        print(kilobytes.line(), flush=True)


def lacking(run: dict[str, Any], category: str) -> list[str]:
    """What cost points, in Lighthouse's own words."""
    weights = {ref["id"]: ref["weight"] for ref in run["categories"][category]["auditRefs"]}
    audits = [run["audits"][name] for name, weight in weights.items() if weight]
    missed = [audit for audit in audits if audit["score"] is not None and audit["score"] < 0.9]
    return [f"{audit['title']}: {audit.get('displayValue') or audit['id']}" for audit in missed]


def transferred(run: dict[str, Any]) -> int:
    requests = run["audits"]["network-requests"]["details"]["items"]
    return sum(request["transferSize"] for request in requests if request.get("resourceType") == "Script")


if __name__ == "__main__":
    # The terminal's own settings of a site must not reach the one that is looked at.
    for variable in ("DATABASE_URL", "REDIS_URL", "STORAGE_URL", "TESSERA_DATA", "ALLOWED_HOSTS", "DEBUG"):
        os.environ.pop(variable, None)
    sys.exit(main())
