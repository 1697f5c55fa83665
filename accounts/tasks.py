from celery import shared_task

from accounts import services


@shared_task
def close_due_accounts() -> None:
    services.close_due_accounts()
