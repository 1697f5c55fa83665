from celery import shared_task

from generation import services


@shared_task
def screen() -> None:
    services.screen_next()


@shared_task
def sweep() -> None:
    services.sweep()


@shared_task
def tidy() -> None:
    services.tidy()


@shared_task
def purge() -> None:
    services.purge()


@shared_task
def export() -> None:
    services.export_next()
