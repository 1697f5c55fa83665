"""Clip art in the atlas: which, from where, under which licence, and that no drawing is there twice."""

import sys

import pytest
from PIL import Image

from gpu_worker.corpus import fetch
from gpu_worker.corpus.atlas import Atlas
from gpu_worker.corpus.clipart import INSIDE, ClipArt, NotFree, clip_art, read
from gpu_worker.corpus.pack import Drawing, pack, without_copies
from gpu_worker.corpus.sources import SOURCES
from gpu_worker.corpus.subjects import subjects
from tests.gpu_worker.drawings import drawing

KNOWN = {subject.name: subject for subject in subjects()}


def test_it_is_for_forty_of_the_core():
    art = clip_art()
    assert len(art) >= 40 and all(KNOWN[name].core for name in art)
    assert not [name for name in art if "grow" in KNOWN[name].flags], "a body is grown only for the first sets' heads"


def test_a_line_of_the_list():
    text = "# why\nbicycle = a/b.svg ; seat=.65,.04\nteddy bear = c.svg ; eyes=.27\n"
    assert list(read(text)) == [ClipArt("bicycle", "a/b.svg", (0.65, 0.04)), ClipArt("teddy bear", "c.svg", eyes=0.27)]
    for wrong in ("bicycle", "bicycle = a.png", "bicycle = a.svg ; saddle=1"):
        with pytest.raises(ValueError, match=r"clipart\.txt, line 1"):
            list(read(wrong))


@pytest.mark.parametrize(
    ("licence", "free"),
    [("http://web.resource.org/cc/PublicDomain", True), ("http://creativecommons.org/licenses/GPL/2.0/", False)],
)
def test_only_what_is_in_the_public_domain_is_taken(tmp_path, licence, free):
    inside = tmp_path / INSIDE
    inside.mkdir(parents=True)
    (inside / "cat.svg").write_text(f'<svg><cc:license rdf:resource="{licence}"/></svg>', encoding="utf-8")
    art = ClipArt("cat", "cat.svg")
    if free:
        assert art.path(tmp_path) == inside / "cat.svg"
    else:
        with pytest.raises(NotFree, match=r"cat\.svg"):
            art.path(tmp_path)


def test_a_copy_is_left_out_and_another_drawing_is_not():
    cat, astronaut = KNOWN["cat"], KNOWN["astronaut"]
    first = drawing((240, 160, 60), "oval")
    nearly = first.resize((60, 60), Image.Resampling.LANCZOS)
    found = [
        Drawing(cat, first, "fluent3d"), Drawing(cat, nearly, "flat"),
        Drawing(cat, drawing((60, 160, 240), "box"), "openclipart"),
        Drawing(astronaut, first, "fluent3d", tone=1), Drawing(astronaut, first, "fluent3d", tone=2),
    ]  # fmt: skip
    kept, copies = without_copies(found)
    assert copies == [found[1]]
    assert kept == [found[0], *found[2:]], "people stay, in every skin"


def test_a_drawing_brings_its_own_seat_and_eyes(tmp_path):
    horse, bear = KNOWN["horse"], KNOWN["teddy bear"]
    shape = drawing((120, 70, 40), "box")
    found = [
        Drawing(horse, shape, "fluent3d"),
        Drawing(horse, shape, "openclipart", art=ClipArt("horse", "x.svg", seat=(0.25, 0.1))),
        Drawing(bear, shape, "openclipart", art=ClipArt("teddy bear", "x.svg", eyes=0.27)),
    ]
    pack(found, tmp_path / "atlas.webp", cell=64)
    facts = Atlas.load(tmp_path / "atlas.webp").facts
    assert horse.seat == pytest.approx((facts["seat_x"][0], facts["seat_y"][0]))
    assert (facts["seat_x"][1], facts["seat_y"][1]) == pytest.approx((0.25, 0.1))
    assert facts["eyes"][2] == pytest.approx(0.27)


def test_where_apt_is_not_there_the_rest_is_fetched_and_it_is_said(monkeypatch, capsys, tmp_path):
    def only_without_apt(source, into):
        if source.tool == "apt":
            raise fetch.FetchFailed("apt-get is not installed on this machine")
        return True

    monkeypatch.setattr(sys, "argv", ["fetch"])
    monkeypatch.setattr(fetch, "fetch", only_without_apt)
    assert fetch.main() == 0
    said = capsys.readouterr()
    assert "apt-get is not installed" in said.err and "Packing goes on without it" in said.out
    assert [source.needed for source in SOURCES if source.tool == "apt"] == [False]
