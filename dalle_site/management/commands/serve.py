"""The whole site in one process: pages, sockets, Celery's workers and its clock. The model draws in a child."""

import secrets
import socket
import threading
from typing import IO, Any

import uvicorn
from celery import beat
from celery.worker import WorkController
from django.conf import settings
from django.core.management import CommandError, call_command
from django.core.management.base import BaseCommand

from accounts import services as accounts
from dalle_site.celery import app, make_app
from generation import services as generation

OPERATOR = "operator@localhost.localdomain"


class Command(BaseCommand):
    help = "Serve the embedded site. Use `make run`, which prepares the socket and the data folder."
    stealth_options = ("listener", "lock")

    def handle(self, *args: Any, listener: socket.socket | None = None, lock: IO[str] | None = None, **_: Any) -> None:
        if listener is None or lock is None:
            raise CommandError("Start the site with `make run` (or `python -m dalle_site.embedded`).")
        if not settings.EMBEDDED:
            raise CommandError("DATABASE_URL is set, which means the full mode: the README says how to start that.")
        self.check()  # not run by itself for a command that another program calls
        prepare()
        address = address_of(listener)
        lock.truncate(0)
        lock.write(address)
        lock.flush()
        start_workers()
        Site(uvicorn.Config(**SERVER), address).run(sockets=[listener])


# h11 and websockets' limits are the library's own; `lifespan` is not used by Django.
SERVER: dict[str, Any] = {
    "app": "dalle_site.asgi:application",
    "lifespan": "off",
    "log_config": None,
    "access_log": False,
    "server_header": False,
    "ws": "websockets-sansio",
    "ws_max_size": 65536,
    # Open sockets would hold up the end for ever; pages reconnect.
    "timeout_graceful_shutdown": 2,
}


class Site(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, address: str) -> None:
        super().__init__(config)
        self.address = address

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        print(f"Tessera is at {self.address}  (data in {settings.DATA}; stop with Ctrl-C)", flush=True)


def prepare() -> None:
    call_command("migrate", verbosity=0, interactive=False)
    call_command("collectstatic", verbosity=0, interactive=False)
    generation.make_origin()
    generation.forget_engines()
    generation.drop_all_leases()
    if not accounts.has_operator():
        password = secrets.token_urlsafe(12)
        accounts.make_person(email=OPERATOR, password=password, staff=True)
        print("An operator account was made. Its password is shown this once:", flush=True)
        print(f"  {OPERATOR}  {password}", flush=True)


def start_workers() -> None:
    """The workers that the full mode runs as processes, here as threads of this one."""
    for queue, slots in (("screening", settings.SCREENING_SLOTS), ("gpu", settings.GPU_SLOTS), ("slow", 1)):
        worker = WorkController(
            app=make_app(f"tessera-{queue}"),
            hostname=f"{queue}@embedded",
            pool_cls="threads",
            concurrency=slots,
            queues=[queue],
            without_mingle=True,
            without_gossip=True,
            without_heartbeat=True,
        )
        threading.Thread(target=worker.start, name=f"{queue} worker", daemon=True).start()
    clock = beat.Service(app, max_interval=1, scheduler_cls=beat.Scheduler)
    threading.Thread(target=clock.start, kwargs={"embedded_process": False}, name="clock", daemon=True).start()
    generation.start_filters()
    # The model loads at once, not in the first person's job.
    app.send_task("gpu_worker.tasks.report_engine", queue="gpu")
    app.send_task("billing.tasks.check_ledger", queue="slow")


def address_of(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"
