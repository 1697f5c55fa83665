from celery import shared_task

from moderation import services


@shared_task
def tell() -> None:
    services.tell_due()
