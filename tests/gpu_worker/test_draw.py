import json

import numpy as np
import pytest
from PIL import Image

from gpu_worker import draw
from tests.gpu_worker.asked import SIDE, box, scene, with_hole
from tests.gpu_worker.drawings import one_thread


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    monkeypatch.setenv("GPU_WORKER_THREADS", "1")
    with one_thread():
        yield


def run(capsys, folder, *arguments):
    """What it used, and the names of the files that it wrote."""
    code = draw.main([*map(str, arguments), "--engine", "tiny", "--out", str(folder), "--size", "256"])
    said = capsys.readouterr()
    assert code == 0, said.err
    used = next(json.loads(line) for line in said.err.splitlines() if line.startswith("{"))
    names = said.out.split()
    assert all(Image.open(name).format == "PNG" for name in names)
    return used, [name.rpartition("/")[2] for name in names]


def test_it_writes_a_picture_for_each_seed_and_tells_what_it_used(tmp_path, capsys):
    folder = tmp_path / "new" / "folder"
    used, names = run(capsys, folder, "a red cat", "--seed", 7, "--n", 2, "--not", "a dog")
    assert names == ["7.png", "8.png"]
    assert Image.open(folder / "8.png").size == (256, 256)
    assert (used["kind"], used["seeds"], used["negative"]) == ("prompt", [7, 8], "a dog")
    assert len(run(capsys, folder, "a red cat")[1]) == 4


def test_every_kind_is_there(tmp_path, capsys):
    one, other, mask, cut = (tmp_path / name for name in ("one.png", "other.jpg", "mask.png", "cut.png"))
    scene(1).save(one)
    scene(2).save(other)
    Image.fromarray((box() * 255).astype(np.uint8)).save(mask)
    with_hole(scene(3), box()).save(cut)

    used, names = run(capsys, tmp_path, "--variation", other, "--strength", "0.3", "--n", 1)
    assert (used["kind"], used["strength"], names) == ("variation", 0.3, ["0.png"])
    used, names = run(capsys, tmp_path, "--blend", one, other)
    assert (used["kind"], names[0], names[-1]) == ("blend", "0-1.png", "0-7.png")
    used, names = run(capsys, tmp_path, "--diff", one, "--from", "winter", "--to", "summer", "--theta", 0.1, 0.4)
    assert (used["thetas"], used["from_prompt"], names) == ([0.1, 0.4], "winter", ["0-1.png", "0-2.png"])
    used, names = run(capsys, tmp_path, "a cat", "--edit", one, "--mask", mask, "--hint", cut, "--n", 2, "--seed", 3)
    assert (used["kind"], names) == ("edit", ["3.png", "4.png"])
    assert (np.array(Image.open(tmp_path / "4.png"))[~box()] == np.array(scene(1))[~box()]).all()
    assert run(capsys, tmp_path, "a cat", "--edit", cut, "--n", 1)[0]["kind"] == "edit"
    run(capsys, tmp_path, "--upscale", one)
    assert Image.open(tmp_path / "0.png").size == (4 * SIDE, 4 * SIDE)


def refused(capsys, folder, *arguments):
    assert draw.main([*map(str, arguments), "--engine", "tiny", "--out", str(folder / "a")]) == 2
    assert not (folder / "a").exists()
    return capsys.readouterr().err


def test_what_cannot_be_drawn_is_a_sentence_and_writes_nothing(tmp_path, capsys):
    picture, text, cut = tmp_path / "one.png", tmp_path / "text.png", tmp_path / "cut.png"
    scene(1).save(picture)
    text.write_text("no picture")
    cut.write_bytes(picture.read_bytes()[:-500])
    assert "The prompt is empty." in refused(capsys, tmp_path, " ")
    assert "The prompt is empty." in refused(capsys, tmp_path)
    assert "gone.png cannot be read: No such file" in refused(capsys, tmp_path, "--variation", tmp_path / "gone.png")
    assert "text.png is not a picture" in refused(capsys, tmp_path, "--variation", text)
    assert "damaged" in refused(capsys, tmp_path, "--variation", cut)
    assert "256×256 pixels; this edit needs 1024×1024" in refused(capsys, tmp_path, "a", "--edit", picture)
    assert "towards what" in refused(capsys, tmp_path, "--diff", picture)
    assert "--diff" in refused(capsys, tmp_path, "a", "--to", "winter")
    assert "--theta" in refused(capsys, tmp_path, "--blend", picture, picture, "--n", 3)
    assert "strength" in refused(capsys, tmp_path, "--variation", picture, "--strength", 2)
    assert draw.main(["a cat", "--engine", "dall-e", "--out", str(tmp_path / "a")]) == 2
    assert "bundled, tiny" in capsys.readouterr().err


def test_a_folder_that_cannot_be_written_is_a_sentence(tmp_path, capsys):
    (tmp_path / "file").write_text("")
    assert draw.main(["a cat", "--engine", "tiny", "--size", "256", "--n", "1", "--out", str(tmp_path / "file")]) == 2
    assert "cannot be written" in capsys.readouterr().err
