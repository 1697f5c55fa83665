"""The Celery app. The job's row is the queue: a message is only a nudge to look there (docs/decisions/0004)."""

import os
from typing import Any

from celery import Celery
from celery.signals import setup_logging, task_postrun, task_prerun
from django.db import close_old_connections

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dalle_site.settings")


def make_app(name: str, *, current: bool = False) -> Celery:
    """An app of its own for every worker in one process: an app has one list of queues to consume from."""
    made = Celery(name, set_as_current=current)
    # By name, so that it is read at the first use: the one command prepares its data folder before settings load.
    made.config_from_object("dalle_site.celery_settings")
    return made


app = make_app("tessera", current=True)


@task_prerun.connect
@task_postrun.connect
def _return_connections(**_: Any) -> None:
    """Threads of a worker outlive tasks; their database connections must not outlive the database."""
    close_old_connections()


@setup_logging.connect
def _keep_our_logging(**_: Any) -> None:
    """Django's LOGGING holds in workers too."""
