"""Drawing in a frame: what the engine gets, what is charged, what comes back onto the canvas."""

import io

import numpy as np
import pytest
from django.conf import settings
from django.http import Http404
from django.test import Client
from PIL import Image

from accounts.models import Person
from billing import services as billing
from generation import services
from generation.models import Canvas, Job, Picture
from generation.services import canvases
from tests.generation.canvases.drawing import BLUE, RED, SOFT, Brush, canvas_of, command, send
from tests.generation.steps import brought, pictures_of
from tests.pictures import png

SENTENCE = "a lake between mountains"


def ask(canvas: Canvas, *, x: int = 0, y: int = 0, key: str = "k", version: int | None = None) -> Job:
    square = canvases.Square(version=canvas.version if version is None else version, x=x, y=y)
    return canvases.start_frame(person=canvas.person, canvas_id=canvas.pk, square=square, prompt=SENTENCE, key=key)


def claimed(job: Job) -> services.Claim:
    assert services.screen_next()
    claim = services.claim_drawing()
    assert claim is not None and claim.job_id == job.pk
    return claim


def opened(content: bytes) -> np.ndarray:
    return np.array(Image.open(io.BytesIO(content)))


def half_drawn(person: Person) -> Canvas:
    """The left half of the first frame is red."""
    canvas, brush = canvas_of(person), Brush()
    send(canvas, brush.stroke(size=(512, 1024)), brush=brush)
    return canvas


def test_an_empty_frame_is_a_prompt_and_gives_four(alice: Person) -> None:
    job = ask(half_drawn(alice), x=4000)
    assert (job.kind, len(job.seeds), job.prompt) == (Job.Kind.PROMPT, 4, SENTENCE)
    assert services.inputs_of(claimed(job)).sources == ()


def test_over_the_border_it_is_an_edit_and_gives_three(alice: Person) -> None:
    canvas = half_drawn(alice)
    job = ask(canvas, x=256)
    assert (job.kind, len(job.seeds)) == (Job.Kind.EDIT, 3)
    send(canvas, command("change_layer", layer=0, hidden=True))  # goes on drawing meanwhile
    inputs = services.inputs_of(claimed(job))
    (source,) = map(opened, inputs.sources)
    assert source.shape == (1024, 1024, 4) and (inputs.mask, inputs.hint) == (None, None)
    assert (source[:, :256] == RED).all() and (source[:, 256:] == 0).all()


def test_a_hint_reaches_the_engine_and_is_no_part_of_the_picture(alice: Person) -> None:
    canvas, brush = half_drawn(alice), Brush()
    send(canvas, command("add_layer", name="", role="hint", index=1))
    send(canvas, brush.stroke(colour=BLUE, x=600, size=(100, 100), layer=2), brush=brush)
    send(canvas, brush.stroke(colour=SOFT, x=600, y=200, size=(50, 50), layer=2), brush=brush)
    send(
        canvas, brush.stroke(colour=(9, 9, 9, 10), x=800, size=(50, 50), layer=2), brush=brush
    )  # too faint to be meant
    inputs = services.inputs_of(claimed(ask(canvas)))
    assert (opened(inputs.sources[0])[:, 600:, 3] == 0).all()
    hint = opened(inputs.hint)
    assert (hint[:100, 600:700] == BLUE).all() and hint[..., 3].astype(bool).sum() == 100 * 100 + 50 * 50
    assert np.abs(hint[200, 600].astype(int) - SOFT).max() <= 1  # half as strong


def test_with_everything_kept_there_is_nothing_to_draw_and_nothing_is_charged(alice: Person) -> None:
    canvas, brush = half_drawn(alice), Brush()
    send(canvas, brush.stroke(colour=BLUE, x=512, size=(512, 1024)), brush=brush)
    with pytest.raises(canvases.NothingToDraw):
        ask(canvas)
    assert billing.balance_of(person=alice) == settings.FIRST_MONTH_CREDITS
    send(canvas, brush.stroke("erase", x=500, size=(20, 20)), brush=brush)
    assert ask(canvas).kind == Job.Kind.EDIT


def test_the_same_key_again_is_the_same_job(alice: Person) -> None:
    canvas = half_drawn(alice)
    assert ask(canvas, x=256) == ask(canvas, x=256)
    assert billing.balance_of(person=alice) == settings.FIRST_MONTH_CREDITS - 1
    with pytest.raises(services.KeyUsed):
        ask(canvas, x=257)
    frames = canvases.frames_of(person=alice, canvas_id=canvas.pk)
    assert [(frame["x"], frame["version"], frame["job"]["status"]) for frame in frames] == [(256, 1, "queued")]


def test_without_words_or_far_out_nothing_begins(alice: Person) -> None:
    canvas = half_drawn(alice)
    square = canvases.Square(version=1, x=0, y=0)
    with pytest.raises(services.BadSentence):
        canvases.start_frame(person=alice, canvas_id=canvas.pk, square=square, prompt=" ", key="k")
    with pytest.raises(services.BadOptions):
        ask(canvas, x=1 << 20)
    with pytest.raises(Http404):
        ask(canvas, version=2)
    assert not Job.objects.exists()


def test_a_candidate_covers_only_what_was_erased(alice: Person, bob: Person) -> None:
    canvas = half_drawn(alice)
    job = ask(canvas, x=256)
    assert services.deliver(claimed(job), pictures=tuple(png(1024, (0, 0, 200)) for _ in range(3)))
    picture = Picture.objects.filter(job=job)[1]
    ids = {"canvas_id": canvas.pk, "job_id": job.pk, "picture_id": picture.pk}
    placed = canvases.candidate_patch(person=alice, **ids)
    assert placed["source"] == {"kind": "picture", "id": str(picture.pk)}
    version = send(canvas, command("place", layer=0, **placed))
    box = (256, 0, 1280, 1024)
    shown = opened(canvases.rectangle_png(person=alice, canvas_id=canvas.pk, version=version, box=box))
    assert (shown[:, :256] == RED).all() and (shown[:, 256:] == (0, 0, 200, 255)).all()
    for other in (pictures_of(alice, key="other")[0], pictures_of(bob)[0]):
        with pytest.raises(Http404):
            canvases.candidate_patch(person=alice, **{**ids, "picture_id": other.pk})
    with pytest.raises(Http404):
        canvases.candidate_patch(person=bob, **ids)


def test_a_canvas_that_is_gone_refuses_its_jobs(alice: Person) -> None:
    canvas = half_drawn(alice)
    job = ask(canvas, x=256)
    canvas.delete()
    with pytest.raises(services.InputGone):
        services.inputs_of(claimed(job))


def test_a_picture_or_an_upload_is_placed_as_a_copy(alice: Person, bob: Person) -> None:
    canvas, upload = canvas_of(alice), brought(alice)
    facts = canvases.source_patch(person=alice, source=upload)
    assert (facts["width"], facts["height"], facts["source"]["kind"]) == (1024, 1024, "upload")
    version = send(canvas, command("place", layer=0, matrix=[1, 0, 0, 1, 0, 0], **facts))
    upload.delete()
    shown = canvases.rectangle_png(person=alice, canvas_id=canvas.pk, version=version, box=(0, 0, 9, 9))
    assert (opened(shown)[..., 3] == 255).all()


def test_what_is_erased_half_is_sent_where_the_edge_is_to_be_soft(as_alice: Client, alice: Person) -> None:
    canvas, brush = half_drawn(alice), Brush()
    send(canvas, brush.stroke("erase", x=412, size=(100, 1024), colour=(0, 0, 0, 100)), brush=brush)
    form = {"version": canvas.version, "x": 256, "y": 0, "prompt": SENTENCE}
    sent = []
    for number, soft in enumerate(("0.5", "")):
        job = Job.objects.get(
            pk=as_alice.post(f"/canvases/{canvas.pk}/frames", {**form, "soft": soft, "key": number}).json()["id"]
        )
        claim = claimed(job)
        assert claim.options.get("soft") == (0.5 if soft else None)
        sent.append(opened(services.inputs_of(claim).sources[0]))
    assert (sent[0][:, 156:256] == (255, 0, 0, 155)).all() and (sent[1][:, 156:256] == 0).all()
    assert (sent[0][:, :156] == sent[1][:, :156]).all() and not sent[0][:, 256:].any()
    for bad in ("2", "-1", "nan", "much"):
        assert as_alice.post(f"/canvases/{canvas.pk}/frames", {**form, "soft": bad, "key": bad}).status_code == 422


def delivered(job: Job) -> list[Picture]:
    assert services.deliver(claimed(job), pictures=tuple(png(1024, (0, n, 200)) for n in range(len(job.seeds))))
    return list(Picture.objects.filter(job=job))


def test_a_candidate_comes_into_the_gallery_when_it_is_kept(as_alice: Client, as_bob: Client, alice: Person) -> None:
    canvas = half_drawn(alice)
    first, second, _third = delivered(ask(canvas, x=256))
    assert not Picture.objects.filter(kept=True).exists()
    place = f"/canvases/{canvas.pk}/frames/{first.job_id}/{first.pk}/keep"
    assert as_bob.post(place).status_code == 404
    for _time in range(2):
        assert as_alice.post(place).json()["kept"] is True
    assert [picture["id"] for picture in services.recent_pictures(person=alice)] == [str(first.pk)]
    services.collect_pictures(person=alice, picture_ids=[second.pk], chosen=[], new_name="Lakes")
    assert Picture.objects.get(pk=second.pk).kept  # collected is kept
    own = services.lineage_facts(services.lineage(first))["own"]
    facts = {"id": str(canvas.pk), "name": canvas.name, "version": 1, "x": 256, "y": 0}
    assert own["canvas"] == {**facts, "url": f"/canvases/{canvas.pk}"}
    assert canvas.name in as_alice.get(f"/pictures/{first.pk}/tree").content.decode()
    canvases.trash_canvas(person=alice, canvas_id=canvas.pk)
    gone = services.lineage_facts(services.lineage(first))["own"]["canvas"]
    assert (gone["url"], gone["name"], gone["x"]) == (None, "", 256)


def test_what_lies_under_a_frame_is_what_it_is_made_from(alice: Person, bob: Person) -> None:
    canvas, upload = canvas_of(alice), brought(alice)
    below, beside, hidden = pictures_of(alice, key="p")[:3]
    layer = send(canvas, command("add_layer", name="", role="picture", index=1))
    send(canvas, command("change_layer", layer=layer, hidden=True))
    everything = ((below, 0, 0), (beside, 9000, 0), (upload, 100, 0), (hidden, 0, layer))
    for number, (source, x, layer) in enumerate(everything):
        placed = canvases.source_patch(person=alice, source=source)
        send(canvas, command("place", layer=layer, matrix=[1, 0, 0, 1, x, 300 + number], **placed))
    job = ask(canvas, x=50, key="one")
    assert [source.picture or source.upload for source in job.sources.all()] == [upload, below]
    assert [source.made_by_id for source in job.sources.all()] == [None, below.job_id]
    claim = claimed(job)
    assert len(services.inputs_of(claim).sources) == 1  # the frame; not what it was made from
    services.trash_pictures(person=alice, picture_ids=[below.pk])
    assert ask(canvas, x=50, key="one") == job
    Picture.objects.filter(pk=below.pk).delete()
    assert ask(canvas, x=50, key="one") == job
    again = services.draw_again(person=alice, job_id=job.pk, key="more")
    assert (again.kind, again.frame.x, again.frame.version) == (Job.Kind.EDIT, 50, job.frame.version)
    with pytest.raises(Http404):
        services.draw_again(person=bob, job_id=job.pk, key="his")
