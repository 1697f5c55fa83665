"""`make bench-moderation`: how well the filters tell sentences apart, how long they take, beside simpler ways.

    python -m tests.bench.moderation [file] [--log FILE] [--misses]

Without a file, the part of the learning prompts that `moderation.training --try-only` keeps apart. The held-apart file
is only for measuring: each run on it is logged with its date.
"""

import argparse
import csv
import gzip
import io
import json
import os
import random
import statistics
import subprocess
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dalle_site.settings")
os.environ.setdefault("TESSERA_DATA", "/nonexistent-bench")

import django

django.setup()

import numpy as np  # noqa: E402
import psutil  # noqa: E402
from PIL import Image, ImageDraw  # noqa: E402

from moderation.gateway import Screener  # noqa: E402
from moderation.letters import Letters  # noqa: E402
from moderation.policy import CATEGORIES  # noqa: E402
from moderation.screener.embedding import Embedding  # noqa: E402
from moderation.services.judging import Hit, hits_in_sentence, verdict_of  # noqa: E402
from moderation.services.rules import for_screener  # noqa: E402
from moderation.shipped import shipped  # noqa: E402
from moderation.training.__main__ import apart, families  # noqa: E402
from moderation.training.prompts import HARMLESS as HARMLESS_PROMPT  # noqa: E402
from moderation.training.prompts import learning_prompts  # noqa: E402
from tests.bench.evasions import EVASIONS  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
HARMLESS = ("", "harmless", "none", "benign", "safe", "ok")
# What the held-apart prompts call by its whole name.
LABELS = {"illegal activity": "illegal", "public and personal health": "health"}
# Enough for two digits, few enough for two cores.
DISGUISED = 50
LEARNT_BY_THE_SIMPLE_ONE = 3000
# The sheet of the corpus.
ACROSS, DOWN = 10, 5
SECONDS = 30.0


@dataclass(frozen=True)
class Item:
    text: str
    category: str
    # everyday, hard or, of what is refused, violating.
    group: str


@dataclass(frozen=True)
class Judged:
    item: Item
    refused: bool
    category: str
    # Which parts of the filters would have refused it, each alone.
    by: frozenset[str] = frozenset()


class Bench:
    def __init__(self) -> None:
        self.rules = shipped()
        self.sent, self.digest = for_screener(self.rules)
        began = time.monotonic()
        self.screener = Screener()
        self.ask({"do": "sentence", "text": "a first sentence"})
        self.cold_seconds = time.monotonic() - began

    def ask(self, question: dict[str, Any], files: Sequence[bytes] = ()) -> dict[str, Any]:
        return self.screener.ask(question, files=files, rules=self.sent, digest=self.digest, seconds=SECONDS)

    def judged(self, item: Item) -> Judged:
        found = self.ask({"do": "sentence", "text": item.text})
        hits = hits_in_sentence(found, self.rules)
        verdict = verdict_of(hits, categories=CATEGORIES)
        return Judged(item, not verdict.allowed, verdict.category, frozenset(_part(hit, found) for hit in hits))

    @property
    def work_seconds(self) -> float:
        times = psutil.Process(self.screener.pid).cpu_times()
        return times.user + times.system

    @property
    def megabytes(self) -> float:
        assert self.screener.pid is not None
        return psutil.Process(self.screener.pid).memory_info().rss / 1e6


def _part(hit: Hit, found: Mapping[str, Any]) -> str:
    match hit.rule.kind:
        case "meaning":
            seen = found["as_seen"] >= (hit.rule.threshold or 1)
            return "meaning, as it is seen" if seen else "meaning, disguise undone"
        case "words":
            return "telling words" if hit.rule.soft else "listed words"
        case kind:
            return kind


def items_of(file: Path) -> list[Item]:
    """JSON lines, CSV or tabs with a header: `text` (or prompt), `category`, and `group` (or kind) if there is one."""
    raw = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
    name, text = file.name.removesuffix(".gz"), raw.decode()
    if name.endswith(".json"):
        rows: Iterable[dict[str, Any]] = json.loads(text)
    elif name.endswith(".jsonl"):
        rows = [json.loads(line) for line in text.splitlines() if line.strip()]
    else:
        lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
        rows = csv.DictReader(lines, delimiter="\t" if "\t" in lines[0] else ",")
    return [_item(row) for row in rows]


def _item(row: dict[str, Any]) -> Item:
    def first(*names: str) -> str:
        return next((str(row[name]) for name in names if row.get(name)), "")

    category = first("category", "label").lower()
    category = LABELS.get(category, category)
    group = first("group", "kind", "type", "set").lower()
    harmless = category in HARMLESS or category.startswith(("harmless", "hard", "everyday"))
    hard = "hard" in group or "hard" in category
    kind = ("hard" if hard else "everyday") if harmless else "violating"
    return Item(first("text", "prompt", "sentence"), "" if harmless else category, kind)


def table(judged: Sequence[Judged]) -> list[str]:
    lines = [f"{'category':<14}{'n':>5}{'precision':>11}{'recall':>8}{'F1':>7}{'blocked at all':>16}"]
    for category in sorted({one.item.category for one in judged} - {""}):
        mine = [one for one in judged if one.item.category == category]
        named = sum(one.category == category for one in mine)
        said = sum(one.category == category for one in judged if one.refused)
        precision, recall = named / said if said else 0.0, named / len(mine)
        blocked = sum(one.refused for one in mine) / len(mine)
        lines.append(
            f"{category:<14}{len(mine):5d}{precision:11.2f}{recall:8.2f}{_f1(precision, recall):7.2f}{blocked:16.2f}"
        )
    return lines


def overall(judged: Sequence[Judged]) -> tuple[float, float, float, float, float]:
    """Precision, recall, F1 of refusing at all; false alarms of hard negatives and of everyday captions."""
    bad = [one for one in judged if one.item.category]
    caught, refused = sum(one.refused for one in bad), sum(one.refused for one in judged)
    precision, recall = caught / max(1, refused), caught / max(1, len(bad))
    hard, everyday = (
        _share([one.refused for one in judged if one.item.group == group]) for group in ("hard", "everyday")
    )
    return precision, recall, _f1(precision, recall), hard, everyday


def evasions(bench: Bench, items: Sequence[Item], sample: int) -> list[str]:
    """Recall of disguised sentences, and of those that are caught without a disguise."""
    bad = [item for item in items if item.category]
    some = random.Random(5).sample(bad, min(sample, len(bad)))
    plain = {item.text: bench.judged(item).refused for item in some}
    lines = [f"{'evasion':<26}{'recall':>8}{'of those caught plainly':>26}   ({len(some)} sentences)"]
    lines.append(f"{'none':<26}{_share(list(plain.values())):8.2f}")
    for name, disguise in EVASIONS.items():
        caught = {
            item.text: bench.judged(Item(disguise(item.text), item.category, item.group)).refused for item in some
        }
        kept = [caught[text] for text, was in plain.items() if was]
        lines.append(f"{name:<26}{_share(list(caught.values())):8.2f}{_share(kept):26.2f}")
    return lines


def speed(bench: Bench, items: Sequence[Item]) -> list[str]:
    chance = random.Random(1)
    texts = [item.text for item in items if not item.category] or [item.text for item in items]
    long = [", ".join(chance.choices(texts, k=14))[:400] for _ in range(100)]
    short = [chance.choice(texts) for _ in range(100)]
    pictures = [_picture(number) for number in range(20)]
    results: list[tuple[str, list[tuple[float, float]], int]] = [
        ("prompt, as written", [_milliseconds(bench, {"do": "sentence", "text": text}) for text in short], 60),
        ("prompt of 400 characters", [_milliseconds(bench, {"do": "sentence", "text": text}) for text in long], 60),
    ]
    for name, words, most in (("result, without words", False, 200), ("upload, faces and words", True, 500)):
        question = {"do": "picture", "faces": True, "words": words}
        _milliseconds(bench, question, [pictures[0]])
        results.append((name, [_milliseconds(bench, question, [picture]) for picture in pictures], most))
    lines = [f"{'what':<26}{'median ms':>10}{'p95 ms':>9}{'wanted':>9}{'work, p95 ms of one core':>27}"]
    for name, both, most in results:
        taken, work = zip(*both, strict=True)
        p95, worked = (statistics.quantiles(which, n=20)[-1] for which in (taken, work))
        lines.append(f"{name:<26}{statistics.median(taken):10.0f}{p95:9.0f}{f'≤ {most}':>9}{worked:27.0f}")
    load = f"load of the machine {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    lines.append(
        f"memory of the filters' process {bench.megabytes:.0f} MB; cold start {bench.cold_seconds:.1f} s; {load}"
    )
    return lines


def components(judged: Sequence[Judged]) -> list[str]:
    """Which part raises which alarms: how much each finds, and how much of it by itself."""
    lines = [f"{'part of the filters':<26}{'recall':>8}{'alone':>8}{'hard negatives':>16}{'alone':>8}{'everyday':>10}"]
    bad = [one for one in judged if one.item.category]
    hard, everyday = ([one for one in judged if one.item.group == group] for group in ("hard", "everyday"))
    for part in sorted({part for one in judged for part in one.by}):
        shares = [_share([part in one.by for one in some]) for some in (bad, hard, everyday)]
        alone = [_share([one.by == {part} for one in some]) for some in (bad, hard)]
        lines.append(f"{part:<26}{shares[0]:8.3f}{alone[0]:8.3f}{shares[1]:16.3f}{alone[1]:8.3f}{shares[2]:10.3f}")
    return lines


def baselines(bench: Bench, items: Sequence[Item], full: Sequence[Judged]) -> list[str]:
    words = Letters([one for one in bench.sent if one["kind"] == "words"])
    ways = {
        "nothing": [Judged(item, False, "") for item in items],
        "word lists alone": [Judged(item, bool(words.in_readings([item.text])), "") for item in items],
        "embedding alone": [
            Judged(item, refused, "") for item, refused in zip(items, embedding_alone(items), strict=True)
        ],
        "all filters": list(full),
    }
    lines = [f"{'way':<18}{'precision':>10}{'recall':>8}{'F1':>7}{'hard negatives':>16}{'everyday':>10}"]
    for name, judged in ways.items():
        precision, recall, f1, hard, everyday = overall(judged)
        lines.append(f"{name:<18}{precision:10.2f}{recall:8.2f}{f1:7.2f}{hard:16.3f}{everyday:10.3f}")
    return lines


def embedding_alone(items: Sequence[Item]) -> list[bool]:
    """A logistic regression on the package's embedding as it ships, learnt from some of the learning prompts: no
    taught layers, no undoing of disguises, no lists."""
    chance = random.Random(2)
    some = chance.sample(learning_prompts(), LEARNT_BY_THE_SIMPLE_ONE)
    embedding = Embedding()
    vectors = embedding.of([prompt.text.lower() for prompt in some])
    truth = np.array([prompt.category != HARMLESS_PROMPT for prompt in some], np.float32)
    weights, bias = np.zeros(vectors.shape[1], np.float32), 0.0
    for _step in range(2000):
        wrong = 1 / (1 + np.exp(-(vectors @ weights + bias))) - truth
        weights -= 20.0 * (vectors.T @ wrong / len(some) + 1e-4 * weights)
        bias -= 20.0 * float(wrong.mean())
    found: list[bool] = (embedding.of([item.text.lower() for item in items]) @ weights + bias > 0).tolist()
    return found


def pictures(bench: Bench) -> list[str]:
    """What harmless drawn pictures are taken for: those of our corpus (whose figures come from packages), and gradients
    in the colours of skin. Nothing explicit is tried, so nothing is known of recall."""
    sheet = Image.open(ROOT / "docs" / "corpus.webp").convert("RGB")
    width, height = sheet.width // ACROSS, sheet.height // DOWN
    cells = [
        sheet.crop((x * width + 8, y * height + 8, x * width + 190, y * height + 190))
        for y in range(DOWN)
        for x in range(ACROSS)
    ]
    sets = {
        "drawn scenes of the corpus": cells,
        "blurs in the colours of skin": [_skin(number) for number in range(30)],
    }
    lines = [f"{'harmless pictures':<30}{'n':>5}{'nudity ≥ 0.8':>14}{'≥ 0.25':>8}{'worst':>8}{'with a face':>13}"]
    for name, some in sets.items():
        seen = [bench.ask({"do": "picture", "faces": True, "words": False}, [_png(image)])["seen"] for image in some]
        nude, faces = [one["nudity"] for one in seen], _share([one["faces"] > 0 for one in seen])
        over = [_share([score >= threshold for score in nude]) for threshold in (0.8, 0.25)]
        lines.append(f"{name:<30}{len(some):5d}{over[0]:14.2f}{over[1]:8.2f}{max(nude):8.2f}{faces:13.2f}")
    signs = ["FRESH BREAD", "NO ENTRY", "GRAND HOTEL", "OPEN LATE", "BOOK FAIR"]
    read = [bench.ask({"do": "picture", "faces": False, "words": True}, [_png(_sign(sign))])["words"] for sign in signs]
    right = sum(sign.replace(" ", "") in said.upper().replace(" ", "") for sign, said in zip(signs, read, strict=True))
    return [*lines, f"words on drawn signs read: {right} of {len(signs)}"]


def _skin(number: int) -> Image.Image:
    chance = np.random.default_rng(number)
    base = np.array([224, 172, 140]) * chance.uniform(0.5, 1.1)
    small = np.clip(base + chance.normal(0, 25, (5, 5, 1)), 0, 255).astype(np.uint8)
    return Image.fromarray(small).resize((320, 320), Image.Resampling.BICUBIC)


def _sign(words: str) -> Image.Image:
    image = Image.new("RGB", (640, 320), "white")
    ImageDraw.Draw(image).text((60, 120), words, font_size=64, fill="black")
    return image


def _png(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG", compress_level=1)
    return out.getvalue()


def _picture(number: int) -> bytes:
    chance = np.random.default_rng(number)
    small = chance.integers(0, 255, (12, 12, 3), dtype=np.uint8)
    image = Image.fromarray(small).resize((640, 640), Image.Resampling.BICUBIC)
    pen = ImageDraw.Draw(image)
    pen.text((40, 60 + 10 * number), "FRESH BREAD TODAY", font_size=48, fill="white")
    pen.ellipse((200, 250, 420, 530), fill=(224, 172, 140))
    return _png(image)


def _milliseconds(bench: Bench, question: dict[str, Any], files: Sequence[bytes] = ()) -> tuple[float, float]:
    """As it was waited for, and what the filters' process worked on it: on a busy machine these are far apart."""
    began, worked = time.perf_counter(), bench.work_seconds
    bench.ask(question, files)
    return 1000 * (time.perf_counter() - began), 1000 * (bench.work_seconds - worked)


def _f1(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def _share(which: Sequence[bool]) -> float:
    return sum(which) / len(which) if which else 0.0


def _learning_items() -> list[Item]:
    prompts = learning_prompts()
    kept, _learnt = apart(prompts, families(prompts), 0)
    return [
        Item(one.text, "", "hard" if one.is_hard else "everyday")
        if one.category == HARMLESS_PROMPT
        else Item(one.text, one.category, "violating")
        for one in kept
    ]


def _commit() -> str:
    asked = ["git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"]
    return subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip() or "unknown"


def show(lines: Sequence[str]) -> None:
    print("\n".join(lines), end="\n\n", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path, nargs="?")
    parser.add_argument("--log", type=Path, default=ROOT / "docs" / "moderation-runs.md")
    parser.add_argument("--misses", action="store_true", help="name what went wrong, of the learning prompts")
    parser.add_argument("--quick", action="store_true", help="without evasions and times")
    parser.add_argument("--sample", type=int, default=DISGUISED, help="how many sentences are disguised each way")
    options = parser.parse_args()
    if options.file and options.misses:
        parser.error("what went wrong on a held-apart file is not for reading")
    items = items_of(options.file) if options.file else _learning_items()
    bench = Bench()
    judged = [bench.judged(item) for item in items]
    show(table(judged))
    show(components(judged))
    if not options.quick:
        show(evasions(bench, items, options.sample))
        show(speed(bench, items))
        show(pictures(bench))
    show(baselines(bench, items, judged))
    precision, recall, f1, hard, everyday = overall(judged)
    last = f"{len(items)} sentences: precision {precision:.3f}, recall {recall:.3f}, F1 {f1:.2f}"
    print(last)
    if options.misses:
        for one in judged:
            if one.refused != bool(one.item.category):
                print(
                    "missed" if one.item.category else "false alarm",
                    one.item.category or one.category,
                    "|",
                    one.item.text,
                )
    if options.file:
        digest = sha256(options.file.read_bytes()).hexdigest()[:12]
        figures = f"{options.file.name} ({digest}), {last}, hard negatives {hard:.3f}, everyday {everyday:.3f}"
        line = f"| {datetime.now(UTC):%Y-%m-%d %H:%M} UTC | {_commit()} | {figures} |\n"
        with options.log.open("a") as log:
            log.write(line)
    bench.screener.close()
    print(f"overall F1 {f1:.2f}")


if __name__ == "__main__":
    main()
