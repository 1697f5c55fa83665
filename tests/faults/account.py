"""What must hold of a site after any fault, read past the site: in its database and in its folder of pictures."""

import io
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from PIL import Image

from tests.site import Site, wait_until

UNFINISHED = ("queued", "screening", "running", "screening_output")


@dataclass(frozen=True)
class Row:
    """A job as the database has it."""

    job_id: str
    status: str
    attempt: int
    failures: int
    revision: int
    step: int
    prompt: str


def rows(site: Site) -> dict[str, Row]:
    with site.query() as run:
        found = run("SELECT id, status, attempt, failures, revision, step, prompt FROM generation_job")
    return {row.job_id: row for row in (Row(str(UUID(str(pk))), *rest) for pk, *rest in found)}


def row(site: Site, job_id: str) -> Row:
    return rows(site)[job_id]


def entries(site: Site, job_id: str) -> list[str]:
    """The kinds of the ledger's entries for this job, in their order."""
    with site.query() as run:
        return [kind for (kind,) in run("SELECT kind FROM billing_entry WHERE reference = ? ORDER BY id", job_id)]


def jobs_of(site: Site, name: str) -> list[str]:
    """The ids of all the jobs of alice, bob, …"""
    sql = "SELECT job.id FROM generation_job job JOIN accounts_person person ON person.id = person_id WHERE email = ?"
    with site.query() as run:
        return [str(UUID(str(pk))) for (pk,) in run(sql, f"{name}@example.com")]


def balance(site: Site, name: str) -> int:
    sql = "SELECT balance FROM billing_account JOIN accounts_person person ON person.id = person_id WHERE email = ?"
    with site.query() as run:
        ((credits,),) = run(sql, f"{name}@example.com")
    return int(credits)


def files_of(site: Site, job_id: str) -> list[str]:
    return sorted(file.name for file in (_media(site) / "pictures" / job_id[:2] / job_id).glob("*"))


def settle(site: Site, *, seconds: float = 120) -> None:
    """Wait until every job has ended."""
    wait_until(
        lambda: all(job.status not in UNFINISHED for job in rows(site).values()),
        seconds=seconds,
        what="the end of every job",
    )


def assert_whole(site: Site) -> None:
    """Every job ended once, with what it must have and nothing else; the ledger and the balances agree."""
    with site.query() as run:
        pictures: dict[str, list[tuple[int, str, str, str]]] = {}
        for job_id, *picture in run(
            'SELECT job_id, "index", file, small, thumb FROM generation_picture ORDER BY "index"'
        ):
            pictures.setdefault(str(UUID(str(job_id))), []).append((picture[0], picture[1], picture[2], picture[3]))
        unbalanced = run(
            "SELECT account.id, account.balance, SUM(entry.amount) FROM billing_account account "
            "LEFT JOIN billing_entry entry ON entry.account_id = account.id "
            "GROUP BY account.id, account.balance HAVING account.balance <> COALESCE(SUM(entry.amount), 0)"
        )
        negative = run("SELECT id FROM billing_account WHERE balance < 0")
    assert (unbalanced, negative) == ([], [])
    named: set[str] = set()
    jobs = rows(site)
    for job in jobs.values():
        of_job = pictures.pop(job.job_id, [])
        if job.status == "delivered":
            assert entries(site, job.job_id) == ["reserve", "capture"], job
            assert [index for index, *_ in of_job] == [0, 1, 2, 3], job
        else:
            assert job.status in ("failed", "refused", "cancelled"), job
            assert entries(site, job.job_id) == ["reserve", "release"], job
            assert of_job == [], job
        for _, file, small, thumb in of_job:
            _assert_opens(_media(site) / file, "PNG", 1024)
            _assert_opens(_media(site) / small, "WEBP", 512)
            _assert_opens(_media(site) / thumb, "WEBP", 256)
            named |= {file, small, thumb}
    assert pictures == {}
    assert len(named) == 12 * sum(job.status == "delivered" for job in jobs.values())
    stored = {str(file.relative_to(_media(site))) for file in _media(site).rglob("*") if file.is_file()}
    assert stored == named


def _assert_opens(file: Path, kind: str, side: int) -> None:
    with Image.open(io.BytesIO(file.read_bytes()), formats=[kind]) as image:
        image.load()
        assert image.size == (side, side)


def _media(site: Site) -> Path:
    return Path(site.environment["TESSERA_DATA"]) / "media"
