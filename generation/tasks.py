from celery import shared_task

from generation import services


@shared_task
def screen() -> None:
    services.screen_next()


@shared_task
def sweep() -> None:
    services.sweep()
