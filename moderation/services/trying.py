"""A dry run: what a rule would have done to what people decided already."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings

from moderation.gateway import screener
from moderation.letters import Letters
from moderation.models import Rule, Screening
from moderation.services.judging import hits_in_picture, hits_in_sentence
from moderation.services.rules import for_screener
from moderation.shipped import RuleInForce

MOST = 5000
SECONDS = 5.0


@dataclass(frozen=True, kw_only=True)
class Tried:
    """ "Would block 214, of which 163 had been cleared.\""""

    looked_at: int
    would_block: int
    had_been_cleared: int


def try_rule(*, rule: Rule) -> Tried:
    """On the newest decided screenings. Scores are kept with them; letters and phrases are looked for anew."""
    tried = RuleInForce(
        name=rule.name,
        version=rule.version or 1,
        kind=rule.kind,
        category=rule.category,
        content=rule.content,
        threshold=rule.threshold,
    )
    decided = Screening.objects.exclude(outcome="").order_by("-created")[:MOST]
    caught = [row for row in decided if _speaks(tried, row)]
    cleared = sum(row.outcome == Screening.Outcome.CLEARED for row in caught)
    return Tried(looked_at=len(decided), would_block=len(caught), had_been_cleared=cleared)


def _speaks(rule: RuleInForce, row: Screening) -> bool:
    if rule.kind in ("picture", "pair"):
        return row.kind != Screening.Kind.SENTENCE and bool(hits_in_picture(row.scores, [rule]))
    if rule.kind == "meaning":
        return row.scores.get(rule.category, 0) >= (rule.threshold or 1)
    return bool(row.text) and bool(hits_in_sentence(_found(rule, row.text), [rule]))


def _found(rule: RuleInForce, text: str) -> dict[str, Any]:
    sent, digest = for_screener([rule])
    if settings.SCREENER == "full":
        return screener.ask({"do": "sentence", "text": text}, rules=sent, digest=digest, seconds=SECONDS)
    letters = Letters([one for one in sent if one["kind"] in ("words", "names", "artists")])
    return {"found": [{"rule": one.rule, "words": one.words} for one in letters.in_readings([text])]}
