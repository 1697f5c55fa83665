import json

from PIL import Image

from gpu_worker import draw


def test_it_writes_a_picture_for_each_seed_and_tells_what_it_used(tmp_path, capsys):
    folder = tmp_path / "new" / "folder"
    arguments = ["a red cat", "--engine", "tiny", "--out", str(folder), "--seed", "7", "--count", "2", "--size", "256"]
    assert draw.main(arguments) == 0
    said = capsys.readouterr()
    assert said.out.split() == [str(folder / "7.png"), str(folder / "8.png")]
    assert Image.open(folder / "8.png").size == (256, 256)
    used = next(json.loads(line) for line in said.err.splitlines() if line.startswith("{"))
    assert used["seeds"] == [7, 8]


def test_what_cannot_be_drawn_is_a_sentence_and_writes_nothing(tmp_path, capsys):
    assert draw.main([" ", "--engine", "tiny", "--out", str(tmp_path / "a")]) == 2
    assert draw.main(["a cat", "--engine", "dall-e", "--out", str(tmp_path / "a")]) == 2
    said = capsys.readouterr().err
    assert "The prompt is empty." in said
    assert "bundled, tiny" in said
    assert not (tmp_path / "a").exists()
