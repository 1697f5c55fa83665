from typing import Any

from celery import shared_task
from celery.signals import worker_ready

from generation import services
from generation.services import api


@shared_task
def screen() -> None:
    services.screen_next()


@shared_task
def sweep() -> None:
    services.sweep()
    api.sweep_calls()


@shared_task
def tidy() -> None:
    services.tidy()


@shared_task
def purge() -> None:
    services.purge()


@shared_task
def export() -> None:
    services.export_next()


@worker_ready.connect
def _start_filters(sender: Any, **_: Any) -> None:
    """A worker of the screening queue loads its filters when it starts, never in somebody's job."""
    if "screening" in sender.app.amqp.queues.consume_from:
        services.start_filters()
