"""The whole way of a frame with the tiny engine: asked for on the canvas, drawn, chosen, placed."""

import io
from collections.abc import Iterator

import numpy as np
import pytest
from PIL import Image

from accounts.models import Person
from generation import services
from generation.models import Job, Picture
from generation.services import canvases
from gpu_worker import tasks
from gpu_worker.runtime.child import ModelChild
from tests.generation.canvases.drawing import Brush, canvas_of, command, send


@pytest.fixture
def _tiny_engine(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    child = ModelChild(engine="tiny")
    monkeypatch.setattr(tasks, "model", child)
    yield
    child.close()


@pytest.mark.usefixtures("_tiny_engine")
def test_outpainted_and_kept_to_the_last_bit(alice: Person) -> None:
    canvas, brush = canvas_of(alice), Brush()
    noise = np.random.default_rng(5).integers(0, 256, (512, 512, 4)).astype(np.uint8)
    noise[..., 3] = 255
    send(canvas, command("add_layer", name="", role="hint", index=1))
    send(canvas, brush.drawn("paint", Image.fromarray(noise)), brush=brush)
    send(canvas, brush.stroke(x=600, y=600, size=(90, 90), layer=1), brush=brush)
    square = canvases.Square(version=canvas.version, x=100, y=0)
    job = canvases.start_frame(person=alice, canvas_id=canvas.pk, square=square, prompt="a lake", key="k")
    assert services.screen_next() and tasks.draw_next()
    job.refresh_from_db()
    assert (job.status, job.detail) == (Job.Status.DELIVERED, "")
    picture = Picture.objects.filter(job=job)[2]
    placed = canvases.candidate_patch(person=alice, canvas_id=canvas.pk, job_id=job.pk, picture_id=picture.pk)
    version = send(canvas, command("place", layer=0, **placed))
    content = canvases.rectangle_png(person=alice, canvas_id=canvas.pk, version=version, box=(100, 0, 1124, 1024))
    shown = np.array(Image.open(io.BytesIO(content)))
    assert (shown[..., 3] == 255).all()
    assert (shown[:512, :412] == noise[:, 100:]).all()
    assert len(np.unique(shown[512:, :, :3].reshape(-1, 3), axis=0)) > 100, "nothing was painted"
