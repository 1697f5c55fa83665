from celery import shared_task

from billing import services


@shared_task
def refill() -> None:
    services.refill_due()


@shared_task
def expire() -> None:
    services.expire_due()
