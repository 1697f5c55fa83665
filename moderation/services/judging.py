"""From what the filters found to what it means here: which rules speak, and what becomes of the thing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from moderation.policy import Action, Category, Detail
from moderation.shipped import RuleInForce

# The refusals that people read name at most so many words.
MOST_WORDS = 5
GRAVE = 4
# How sure a listed word is of its category, beside scores of meaning; that it is refused is no matter of this.
SURE = 0.99


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """`allowed` alone decides. `flagged`: let through, to be looked at. `soft`: may have been misunderstood."""

    allowed: bool
    words: tuple[str, ...] = ()
    category: str = ""
    detail: Detail = Detail.WORDS
    soft: bool = False
    flagged: bool = False
    grave: bool = False
    # Of the rule that spoke first, and how sure it was.
    rule: str = ""
    score: float = 0.0
    scores: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Hit:
    rule: RuleInForce
    found: str
    score: float = SURE

    def as_row(self) -> list[Any]:
        mode = "live" if self.rule.live else "shadow"
        return [self.rule.name, self.rule.version, self.rule.category, mode, self.found[:200]]


def hits_in_sentence(found: Mapping[str, Any], rules: Sequence[RuleInForce]) -> list[Hit]:
    by_key = {rule.key: rule for rule in rules}
    scores, parts = found.get("scores", {}), found.get("parts", {})
    hits = [
        Hit(rule=by_key[one["rule"]], found=one["words"])
        for one in found["found"]
        if one["rule"] in by_key and _may_mean_it(by_key[one["rule"]], scores)
    ]
    for rule in rules:
        match rule.kind:
            case "meaning" if scores.get(rule.category, 0) >= (rule.threshold or 1):
                hits.append(Hit(rule=rule, found=parts[rule.category], score=scores[rule.category]))
            case "phrases" if found.get("near", {}).get(rule.key, (0, ""))[0] >= (rule.threshold or 1):
                score, part = found["near"][rule.key]
                hits.append(Hit(rule=rule, found=part, score=score))
            case "language" if found.get("language") and found["language"] not in rule.content.split():
                hits.append(Hit(rule=rule, found=""))
    return hits


def _may_mean_it(rule: RuleInForce, scores: Mapping[str, float]) -> bool:
    """A list with a threshold speaks where the sentence as a whole is not surely harmless: both together are surer than
    each alone. Where nothing reads the whole, the list alone must do."""
    return rule.threshold is None or not scores or max(scores.values()) >= rule.threshold


def hits_in_picture(seen: Mapping[str, float], rules: Sequence[RuleInForce]) -> list[Hit]:
    return [
        Hit(rule=rule, found="", score=seen[rule.content])
        for rule in rules
        if rule.kind == "picture" and seen.get(rule.content, 0) >= (rule.threshold or 1)
    ]


def verdict_of(
    hits: Sequence[Hit], *, categories: Mapping[str, Category], scores: Mapping[str, float] | None = None
) -> Verdict:
    """What is gravest of all speaks first, else what is surest. Rules in the shadow, and categories that are let
    through, decide nothing."""
    live = [hit for hit in hits if hit.rule.live and categories[hit.rule.category].action != Action.ALLOW]
    blocking = [hit for hit in live if categories[hit.rule.category].action == Action.BLOCK]
    deciding = blocking or live
    if not deciding:
        return Verdict(allowed=True, scores=scores or {})
    worst = max(deciding, key=lambda hit: (categories[hit.rule.category].severity == GRAVE, hit.score))
    category = categories[worst.rule.category]
    return Verdict(
        allowed=not blocking,
        flagged=not blocking,
        words=_words(deciding, category) if category.detail == Detail.WORDS else (),
        category=category.slug,
        detail=category.detail,
        soft=all(hit.rule.soft for hit in deciding),
        grave=category.severity == GRAVE,
        rule=worst.rule.name,
        score=worst.score,
        scores=scores or {},
    )


def worst_of(verdicts: Sequence[Verdict]) -> Verdict:
    """Of several the gravest, with the words of all of its category; soft only where all of them are."""
    worst = max(verdicts, key=lambda verdict: (verdict.grave, verdict.score))
    words = dict.fromkeys(word for verdict in verdicts if verdict.category == worst.category for word in verdict.words)
    return replace(worst, words=tuple(words), soft=all(verdict.soft for verdict in verdicts))


def _words(hits: Sequence[Hit], category: Category) -> tuple[str, ...]:
    """Listed words where there are any, else the parts of the sentence whose meaning it is."""
    mine = [hit for hit in hits if hit.rule.category == category.slug and hit.found]
    listed = [hit for hit in mine if hit.rule.kind not in ("meaning", "phrases")]
    return tuple(sorted({hit.found for hit in listed or mine}))[:MOST_WORDS]
