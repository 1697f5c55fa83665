from celery import shared_task

from billing import services


@shared_task
def refill() -> None:
    services.refill_due()


@shared_task
def expire() -> None:
    services.expire_due()


@shared_task
def catch_up_with_stripe() -> None:
    services.catch_up()


@shared_task
def mail_receipts() -> None:
    services.mail_receipts()


@shared_task
def tell_decisions() -> None:
    services.tell_decisions()


@shared_task
def check_ledger() -> None:
    services.check_ledger_if_due()
