"""The worker's one file that knows Celery and Django: it holds a job's lease and waits for the model's child."""

import logging
import threading
import time
from dataclasses import replace
from typing import Any

from celery import shared_task
from celery.signals import worker_ready
from django.conf import settings

from generation import services as site
from gpu_worker.request import SENTENCE_KINDS, DrawRequest, Failed, Preview, Result
from gpu_worker.runtime.child import ChildDied, Drawing, ModelChild

logger = logging.getLogger(__name__)

# Often enough for a cancel to be felt, seldom enough for the database.
HEARTBEAT_SECONDS = 1.0
LOADING_SECONDS = 120.0
# Of what a person chose, what the model is told of.
OPTIONS = ("negative", "strength", "soft", "from_prompt", "to_prompt", "size")
model = ModelChild(engine=settings.ENGINE)


@shared_task
def draw() -> None:
    draw_next()


@shared_task
def report_engine() -> None:
    load_and_report()


def draw_next() -> bool:
    """Draw the oldest job that waits; false if none does."""
    claim = site.claim_drawing()
    if claim is None:
        return False
    try:
        drawing = model.submit(_request(claim))
        try:
            _follow(claim, drawing)
        finally:
            if not drawing.finished:
                drawing.cancel()
    except site.InputGone as gone:
        site.refuse(claim, reason=str(gone))
    except ChildDied as death:
        site.give_back(claim, error=str(death))
    return True


def load_and_report() -> None:
    """Start the model if it is not there, and tell the site what it is."""
    model.start()
    facts = model.ready(LOADING_SECONDS)
    if facts is None:
        logger.error("the engine %s is not ready: %s", settings.ENGINE, model.problem or "it is still loading")
        return
    site.report_engine(name=facts.engine, trained=facts.trained, device=facts.device, weights=facts.weights_hash)


def _request(claim: site.Claim) -> DrawRequest:
    inputs = site.inputs_of(claim)
    asked = {name: value for name, value in claim.options.items() if name in OPTIONS}
    return DrawRequest(
        id=str(claim.job_id),
        kind=claim.kind,
        # Of the other kinds it is words for pages alone.
        prompt=claim.prompt if claim.kind in SENTENCE_KINDS else "",
        seeds=claim.seeds,
        sources=inputs.sources,
        mask=inputs.mask,
        hint=inputs.hint,
        **asked,
    )


def _follow(claim: site.Claim, drawing: Drawing) -> None:
    step = steps = 0
    started = beat = time.monotonic()
    while True:
        message = drawing.next(HEARTBEAT_SECONDS)
        match message:
            case Preview():
                step, steps = message.step, message.steps
                site.report_progress(claim, step=step, steps=steps, images=message.images)
            case Result():
                site.deliver(
                    claim,
                    pictures=message.pictures,
                    used=message.used,
                    redraw=lambda seeds: _drawn_again(claim, drawing.request, seeds),
                )
                site.report_speed(name=settings.ENGINE, seconds=time.monotonic() - started)
                return
            case Failed(reason="bad_request"):
                site.refuse(claim, reason=message.message)
                return
            case Failed():
                site.give_back(claim, error=f"{message.reason}: {message.message}")
                return
        if drawing.finished:
            return
        if time.monotonic() - beat >= HEARTBEAT_SECONDS:
            beat = time.monotonic()
            if not site.keep(claim, step=step, steps=steps):
                return


def _drawn_again(claim: site.Claim, request: DrawRequest, seeds: tuple[int, ...]) -> tuple[bytes, ...]:
    """With other seeds, in place of what the filters refused; nothing where that cannot be."""
    drawing = model.submit(replace(request, seeds=seeds))
    try:
        while not drawing.finished:
            message = drawing.next(HEARTBEAT_SECONDS)
            if isinstance(message, Result):
                return message.pictures
            if not site.keep_finishing(claim):
                break
    except ChildDied:
        logger.warning("the model's process ended while it drew again")
    if not drawing.finished:
        drawing.cancel()
    return ()


@worker_ready.connect
def _load_at_boot(sender: Any, **_: Any) -> None:
    """A worker of the gpu queue loads its model when it starts, never in somebody's job."""
    if "gpu" in sender.app.amqp.queues.consume_from:
        site.start_filters()
        threading.Thread(target=load_and_report, daemon=True).start()
