"""What import-linter cannot see: names sent over the wire, and what a running web process has loaded."""

import subprocess
import sys

from dalle_site.celery import app
from generation import queue


def test_every_name_of_the_queue_is_a_registered_task() -> None:
    app.loader.import_default_modules()
    assert set(queue.NAMES) <= set(app.tasks)
    for name in queue.NAMES:
        route = app.amqp.router.route({}, name)
        assert route["queue"].name == queue.QUEUES[name]
    scheduled = {entry["task"] for entry in app.conf.beat_schedule.values()}
    assert scheduled <= set(app.tasks)


def test_the_web_process_loads_no_model() -> None:
    program = """
import sys, django
django.setup()
import dalle_site.asgi, dalle_site.management.commands.serve
from dalle_site.celery import app
app.loader.import_default_modules()
# numpy alone may be there: marks and looks are counted with it (decision 22).
weights = {"torch", "diffusers", "transformers", "onnxruntime", "cv2", "rapidocr", "symspellpy", "moderation.screener"}
heavy = weights & set(sys.modules)
assert "gpu_worker.tasks" in sys.modules
assert not heavy, heavy
"""
    run = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        env={"PATH": "/usr/bin", "DJANGO_SETTINGS_MODULE": "dalle_site.settings"},
    )
    assert run.returncode == 0, run.stderr
