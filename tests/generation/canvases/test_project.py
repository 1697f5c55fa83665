"""A project file: out, in again, and everything that somebody else may have made of it."""

import hashlib
import io
import json
import struct
import zipfile
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import numpy as np
import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image
from pytest_django import Settings

from accounts.models import Person
from generation.canvas import commands
from generation.models import Canvas, Entry, Patch
from generation.services import canvases
from generation.services.canvases import log, project_import
from generation.services.canvases.chunks import state_of
from tests.generation.canvases.drawing import BLUE, SOFT, Brush, canvas_of, command, send
from tests.generation.files import bomb
from tests.pictures import png_of

AREA = (-20, -20, 60, 60)
Change = Callable[[dict[str, bytes]], None]


def drawn(person: Person, strokes: int = 12) -> Canvas:
    """With what a log may hold: strokes, a layer, an undo and a state painted over."""
    canvas, brush = canvas_of(person, "Dünen & Meer"), Brush()
    send(canvas, *[brush.stroke(x=3 * n, colour=(n, 20, 90, 200)) for n in range(strokes)], brush=brush)
    send(canvas, command("add_layer", name="ö", role="picture", index=1), command("go", to=2))
    send(canvas, brush.stroke(colour=SOFT, y=5), brush.stroke("erase", size=(4, 4)), brush=brush)
    send(canvas, brush.place(Image.new("RGBA", (20, 10), BLUE), [1.5, 0.2, -0.2, 1.5, 9, 9]), brush=brush)
    return canvas


def file_of(canvas: Canvas) -> bytes:
    _name, portions = canvases.project_file(person=canvas.person, canvas_id=canvas.pk)
    return b"".join(portions)


def bring(person: Person, content: bytes) -> Canvas:
    return canvases.import_project(person=person, file=io.BytesIO(content))


def look(canvas: Canvas, version: int) -> np.ndarray:
    content = canvases.rectangle_png(person=canvas.person, canvas_id=canvas.pk, version=version, box=AREA)
    return np.array(Image.open(io.BytesIO(content)))


def parts(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def test_out_and_in_again_it_is_the_same_at_every_version(alice: Person, bob: Person) -> None:
    canvas = drawn(alice)
    content = file_of(canvas)
    again = bring(bob, content)
    assert (again.name, again.version, again.head, again.person) == (canvas.name, canvas.version, canvas.head, bob)
    for version in range(canvas.version + 1):
        assert (look(canvas, version) == look(again, version)).all()
        assert state_of(canvas, version) == state_of(again, version)
    told = [
        list(Entry.objects.filter(canvas=each).order_by("version").values_list("version", "parent", "next"))
        for each in (canvas, again)
    ]
    assert told[0] == told[1]
    for name in (name for name in parts(content) if name.startswith("patches/")):
        assert name == f"patches/{hashlib.sha256(parts(content)[name]).hexdigest()}.png"
    # Once more out, it is the same file, and brought twice it takes no more room.
    assert {n: c for n, c in parts(file_of(again)).items() if n != "project.json"} == {
        n: c for n, c in parts(content).items() if n != "project.json"
    }
    patches = Patch.objects.filter(person=bob).count()
    bring(bob, content)
    assert Patch.objects.filter(person=bob).count() == patches


def test_longer_than_a_batch_and_a_stretch(alice: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "SNAPSHOT_EVERY", 16)
    canvas, brush = canvas_of(alice), Brush()
    for _batch in range(3):
        send(canvas, *[brush.stroke(x=n) for n in range(40)], brush=brush)
    send(canvas, command("go", to=3), command("go", to=100), command("go", to=7), brush.stroke(y=9), brush=brush)
    again = bring(alice, file_of(canvas))
    assert [state_of(canvas, n) for n in (3, 100, 124)] == [state_of(again, n) for n in (3, 100, 124)]


def test_by_its_address(as_alice: Client, as_bob: Client, alice: Person) -> None:
    canvas = drawn(alice)
    answer = as_alice.get(f"/canvases/{canvas.pk}/project")
    assert answer["Content-Disposition"] == 'attachment; filename="dunen-meer.tessera.zip"'
    content = answer.getvalue()
    made = as_bob.post("/canvases/import", {"project": SimpleUploadedFile("x.zip", content)})
    assert (made.status_code, made.json()["version"]) == (201, canvas.version)
    for broken in ({}, {"project": SimpleUploadedFile("x.zip", content[:-30])}):
        answer = as_bob.post("/canvases/import", broken)
        assert (answer.status_code, bool(answer.json()["detail"])) == (422, True)


def _line(files: dict[str, bytes], number: int, **change: Any) -> None:
    lines = [json.loads(line) for line in files["log.jsonl"].splitlines()]
    lines[number] |= change
    files["log.jsonl"] = b"".join(json.dumps(line).encode() + b"\n" for line in lines)


def _patch(files: dict[str, bytes], content: bytes, *, named: str | None = None) -> None:
    """The first patch replaced; under its own right name, and so called in the log too, unless another is given."""
    old = next(name for name in files if name.startswith("patches/"))
    del files[old]
    sha256 = hashlib.sha256(content).hexdigest()
    files[named or f"patches/{sha256}.png"] = content
    files["log.jsonl"] = files["log.jsonl"].replace(old[8:-4].encode(), sha256.encode())


def _drop_a_patch(files: dict[str, bytes]) -> None:
    del files[next(name for name in files if name.startswith("patches/"))]


def _drop_the_log(files: dict[str, bytes]) -> None:
    del files["log.jsonl"]


def _spoil_a_patch(files: dict[str, bytes]) -> None:
    name = next(name for name in files if name.startswith("patches/"))
    files[name] = files[name][:-20] + bytes(20)


HARM: dict[str, Change] = {
    "a patch is missing": _drop_a_patch,
    "a patch is another": _spoil_a_patch,
    "a patch is no picture": lambda files: _patch(files, b"MZ" + bytes(500)),
    "a patch is a bomb": lambda files: _patch(files, bomb()),
    "a patch has another size": lambda files: _patch(files, png_of(Image.new("RGBA", (9, 9), BLUE))),
    "a patch is too large": lambda files: _patch(files, bytes(project_import.MOST_PATCH_BYTES + 1)),
    "the log is no JSON": lambda files: files.update({"log.jsonl": files["log.jsonl"] + b"{"}),
    "the log nests": lambda files: files.update({"log.jsonl": b"[" * 150_000}),
    "the log is no list of commands": lambda files: files.update({"log.jsonl": b"3\n"}),
    "a command nobody knows": lambda files: _line(files, 0, do="format_disk"),
    "a command of a later form": lambda files: _line(files, 0, v=99),
    "two commands of one id": lambda files: _line(files, 1, id=json.loads(files["log.jsonl"].splitlines()[0])["id"]),
    "a layer that is not there": lambda files: _line(files, 0, layer=77),
    "the facts are no JSON": lambda files: files.update({"project.json": b"\xff\xfe"}),
    "of another program": lambda files: files.update({"project.json": b'{"format": "photoshop"}'}),
    "without a log": _drop_the_log,
    "a path upwards": lambda files: files.update({"patches/../../../etc/passwd": b"x"}),
    "an absolute path": lambda files: files.update({"/etc/cron.d/x": b"x"}),
    "a stranger in it": lambda files: files.update({"readme.txt": b"x"}),
    "a name that is no hash": lambda files: _patch(files, png_of(Image.new("RGBA", (8, 8))), named="patches/a.png"),
}


@pytest.mark.parametrize("harm", HARM)
def test_harmed_it_is_refused_in_one_sentence_and_nothing_is_half_made(alice: Person, bob: Person, harm: str) -> None:
    files = parts(file_of(drawn(alice, strokes=3)))
    HARM[harm](files)
    with pytest.raises(canvases.BadProject) as refusal:
        bring(bob, packed(files))
    assert str(refusal.value).endswith(".") and "\n" not in str(refusal.value)
    assert not Canvas.objects.filter(person=bob).exists()


def test_cut_off_anywhere_or_with_any_byte_changed_nothing_breaks(alice: Person, bob: Person) -> None:
    whole = file_of(drawn(alice, strokes=2))
    dice = np.random.default_rng(7)
    for end in dice.integers(0, len(whole), 25):
        with pytest.raises(canvases.BadProject):
            bring(bob, whole[:end])
    assert not Canvas.objects.filter(person=bob).exists()
    for place in dice.integers(0, len(whole), 40):
        spoiled = bytearray(whole)
        spoiled[place] ^= 1 << int(dice.integers(8))
        try:
            bring(bob, bytes(spoiled))  # of what nobody reads, a date say
        except canvases.BadProject:
            continue


def test_a_bomb_is_not_unpacked(alice: Person, settings: Settings) -> None:
    files = parts(file_of(drawn(alice, strokes=2)))
    for name, size in (("project.json", 30_000_000), ("log.jsonl", project_import.MOST_LOG_BYTES + 1)):
        with pytest.raises(canvases.BadProject):
            bring(alice, packed({**files, name: b" " * size}))
    # It says that it is small and is not.
    lying = packed({**files, "project.json": b" " * 1_000_000})
    lying = lying.replace(struct.pack("<L", 1_000_000), struct.pack("<L", 10))
    with pytest.raises(canvases.BadProject):
        bring(alice, lying)
    settings.PROJECT_LIMIT = 1000
    with pytest.raises(canvases.BadProject, match="too large"):
        bring(alice, packed(files))


def test_a_list_of_contents_that_fills_the_memory_is_not_read(alice: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    many = packed({f"patches/{number:064x}.png": b"" for number in range(400)})
    monkeypatch.setattr(project_import, "MOST_PATCHES_IN_A_PROJECT", 100)
    monkeypatch.setattr(zipfile, "ZipFile", pytest.fail)  # not even opened
    for content in (many, b"", b"PK\5\6" + bytes(17), b"GIF89a" + bytes(50)):
        with pytest.raises(canvases.BadProject):
            bring(alice, content)


def test_a_log_of_earlier_days_is_read(alice: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """As `read` takes every form that was ever written: here one from before layers had places of their own."""
    files = parts(file_of(drawn(alice, strokes=2)))
    plain = commands.read

    def read(given: dict[str, Any]) -> tuple[Any, commands.Command]:
        if given["do"] == "draw":
            given = {**given, "do": "paint", "v": 1}
        return plain(given)

    monkeypatch.setattr(project_import, "read", read)
    _line(files, 0, do="draw", v=0)
    assert Entry.objects.get(canvas=bring(alice, packed(files)), version=1).command["do"] == "paint"


def test_what_another_person_made_is_no_source_of_ours(alice: Person, bob: Person) -> None:
    canvas, brush = canvas_of(alice), Brush()
    placed = brush.place(Image.new("RGBA", (8, 8), BLUE), [1, 0, 0, 1, 0, 0])
    send(canvas, {**placed, "source": {"kind": "picture", "id": str(uuid4())}}, brush=brush)
    again = bring(bob, file_of(canvas))
    square = canvases.Square(version=1, x=0, y=0)
    job = canvases.start_frame(person=bob, canvas_id=again.pk, square=square, prompt="a lake", key="k")
    assert not job.sources.exists()


def test_of_one_that_is_refused_no_file_stays(alice: Person, bob: Person) -> None:
    files = parts(file_of(drawn(alice, strokes=3)))
    _line(files, 0, layer=77)  # found out last, with every patch stored
    with pytest.raises(canvases.BadProject):
        bring(bob, packed(files))
    left = Patch.objects.filter(person=bob)
    assert left.exists() and all(default_storage.exists(patch.file) for patch in left)
    assert not left.exclude(uses=None).exists()  # so the janitor takes them
