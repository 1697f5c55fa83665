"""The pages of the statement, its file, and who may read which."""

import csv
import io

import pytest
from django.test import Client
from django.utils.html import escape
from pytest_django.fixtures import DjangoAssertNumQueries

from accounts.models import Person
from billing import services
from billing.models import Entry
from billing.services import describing, lines
from generation.services import start_job
from tests.billing.ledgers import bought
from tests.billing.shop import Shop
from tests.generation.walls import hang

pytestmark = pytest.mark.django_db
FORMULA = '=HYPERLINK("http://example.com")'


def rows(client: Client, path: str = "/credits/statement.csv", **asked: str) -> list[dict[str, str]]:
    answer = client.get(path, asked)
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/csv; charset=utf-8")
    assert answer.streaming and "attachment" in answer["Content-Disposition"]
    return list(csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))


def test_a_line_shows_its_picture_and_leads_to_its_job(alice: Person, as_alice: Client, woken: list[str]) -> None:
    picture = hang(alice)[0]
    reserved(alice, str(picture.job_id))
    page = as_alice.get("/credits").content.decode()
    assert f'href="/jobs/{picture.job_id}"' in page
    assert page.count("<img") == 1 and picture.job.prompt in page
    picture.job.pictures.update(trashed_at=picture.created)
    page = as_alice.get("/credits").content.decode()
    assert page.count("<img") == 0 and picture.job.prompt in page


def test_somebody_elses_job_is_not_described(alice: Person, bob: Person, as_bob: Client) -> None:
    picture = hang(alice)[0]
    reserved(bob, str(picture.job_id))
    page = as_bob.get("/credits").content.decode()
    assert picture.job.prompt not in page and "A request for pictures" in page


def test_no_more_queries_for_more_lines(
    alice: Person, as_alice: Client, woken: list[str], django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(30):
        start_job(person=alice, prompt=f"fox {number}", key=str(number))
    with django_assert_max_num_queries(30):
        page = as_alice.get("/credits").content.decode()
    assert page.count('href="/jobs/') == 30


def test_older_pages_by_links_and_somebody_elses_are_not_there(
    alice: Person, as_alice: Client, as_bob: Client, as_stranger: Client
) -> None:
    for number in range(51):
        bought(alice, 1, f"purchase:{number}")
    first = as_alice.get("/credits")
    older = first.context["page"].older
    second = as_alice.get("/credits", {"before": older})
    assert (second.status_code, len(second.context["page"].lines)) == (200, 2)
    assert "Back to the newest" in second.content.decode()
    # The same address shows the same again: going back works.
    assert as_alice.get("/credits", {"before": older}).context["page"].lines == second.context["page"].lines
    assert as_bob.get("/credits", {"before": older}).status_code == 404
    assert as_alice.get("/credits", {"before": "0"}).status_code == 404
    for path in ("/credits", "/credits/api", "/credits/statement.csv", "/credits/api/statement.csv", "/credits/have"):
        answer = as_stranger.get(path)
        assert (answer.status_code, answer["Location"].startswith("/accounts/login/")) == (302, True)
        assert "purchase:" not in as_bob.get(path).getvalue().decode()
        assert as_alice.post(path).status_code == 405


def test_one_kind_by_its_address(alice: Person, as_alice: Client) -> None:
    bought(alice, 5, "purchase:1")
    page = as_alice.get("/credits", {"kind": "bought"}).content.decode()
    assert "+5" in page and "+50" not in page and "Balance" not in page
    assert "+50" in as_alice.get("/credits", {"kind": "nonsense"}).content.decode()


def test_the_file(alice: Person, as_alice: Client, woken: list[str]) -> None:
    start_job(person=alice, prompt=FORMULA, key="k")
    line, free = rows(as_alice, zone="Asia/Kolkata")
    assert line["What"] == f"'{FORMULA}"
    assert (line["Credits"], line["Balance"], line["State"]) == ("-1", "49", "in progress")
    assert (free["Credits"], free["Balance"], free["From UTC"]) == ("50", "50", "UTC+05:30")
    when = Entry.objects.earliest("pk").created
    assert rows(as_alice, zone="no/such")[1]["Time"] == f"{when:%H:%M:%S}" != free["Time"]
    assert len(rows(as_alice, kind="bought")) == 0


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@sum", "\t=1", "\r=1", "  =1", "\uff1d1"])
def test_no_cell_is_a_formula(alice: Person, as_alice: Client, monkeypatch: pytest.MonkeyPatch, cell: str) -> None:
    # As it might come from elsewhere: `adjust` takes spaces away.
    monkeypatch.setattr(describing, "_reasons", lambda entries: {entry.effect: cell for entry in entries})
    services.adjust(person=alice, amount=1, reason="x", operator=alice, key="k")
    assert rows(as_alice)[0]["What"] == f"'{cell}"


def test_the_file_is_as_long_as_the_ledger(
    alice: Person,
    as_alice: Client,
    monkeypatch: pytest.MonkeyPatch,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    monkeypatch.setattr(lines, "AT_ONCE", 10)
    for number in range(20):
        bought(alice, 1, f"purchase:{number}")
    with django_assert_max_num_queries(50):
        found = rows(as_alice)
    assert [row["Balance"] for row in found] == [str(70 - number) for number in range(21)]


def test_money_for_the_api_has_a_statement_of_its_own(alice: Person, as_alice: Client) -> None:
    money = services.Unit.MICRO_DOLLAR
    services.adjust(person=alice, amount=10_000_000, reason="To try it", operator=alice, key="k", unit=money)
    services.reserve(person=alice, amount=18_000, reference="call", unit=money)
    services.capture(reference="call")
    page = as_alice.get("/credits/api").content.decode()
    assert "$9.982" in page and "\u2212$0.018" in page and "To try it" in page
    assert "To try it" not in as_alice.get("/credits").content.decode()
    assert 'href="/credits/api"' in as_alice.get("/credits").content.decode()
    assert [row["Amount in US dollars"] for row in rows(as_alice, "/credits/api/statement.csv")] == [
        "-0.018000",
        "10.000000",
    ]


def test_what_the_balance_opens(alice: Person, as_alice: Client) -> None:
    bought(alice, 115, "purchase:1")
    page = as_alice.get("/credits/have").content.decode()
    assert "Free credits" in page and "115" in page and "15 free credits come on" in page
    assert 'hx-get="/credits/have"' in as_alice.get("/history").content.decode()


def test_nothing_left_says_when_more_comes_and_where_to_buy(
    shop: Shop, alice: Person, as_alice: Client, woken: list[str]
) -> None:
    before = as_alice.get("/").content.decode()
    assert "Costs 1 credit." in before and "out-of-credits" not in before
    services.reserve(person=alice, amount=50, reference="all of it")
    picture = hang(alice)[0]
    pages = [
        as_alice.get("/"),
        as_alice.post("/jobs", {"prompt": "a red fox", "key": "k"}),
        as_alice.get(f"/pictures/{picture.pk}"),
    ]
    for page in pages:
        words = page.content.decode()
        out = words[words.index('<div class="out-of-credits">') :]
        assert "You have no credits left" in words and "Costs 1 credit." not in words
        assert "15 free credits come on" in out and 'href="/credits/buy"' in out
        assert 'href="/credits/artists"' in out


def test_words_of_operators_are_text(alice: Person, as_alice: Client) -> None:
    services.adjust(person=alice, amount=1, reason="<script>alert(1)</script>", operator=alice, key="k")
    page = as_alice.get("/credits").content.decode()
    assert escape("<script>alert(1)</script>") in page and "<script>alert" not in page


def reserved(person: Person, reference: str) -> None:
    services.reserve(person=person, amount=1, reference=reference)
    services.capture(reference=reference)
