"""The rules in force, and how they change: every change is a new version, tried before it goes live."""

import hashlib
import json
import re
import time
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.models import Person
from moderation.models import Rule
from moderation.policy import CATEGORIES
from moderation.services.artists import opted_out_artists
from moderation.shipped import RuleInForce, shipped

# How old what a process knows of the rules may be.
FRESH_SECONDS = 2.0
LONGEST_PATTERN = 300
_NESTED = re.compile(r"\((?:[^()\\]|\\.)*[+*}](?:[^()\\]|\\.)*\)[+*{]")


class BadRule(ValueError):
    """It cannot be taken as it is; the message says why."""


def rules_in_force() -> list[RuleInForce]:
    """Live and shadow ones: the newest version of each name, those that ship where nobody wrote another."""
    known = _known["rules"]
    if known is None or time.monotonic() - known[0] > FRESH_SECONDS:
        known = _known["rules"] = (time.monotonic(), _read())
    return known[1]


def write_rule(*, name: str, kind: str, category: str, author: Person | None, **facts: Any) -> Rule:
    """The next version of this name. Say `mode`; without it a rule begins in the shadow."""
    rule = Rule(name=name, kind=kind, category=category, author=author, **facts)
    check_rule(rule=rule)
    with transaction.atomic():
        newest = Rule.objects.filter(name=name).aggregate(newest=Max("version"))["newest"]
        rule.version = (newest or 0) + 1
        rule.save(force_insert=True)
    forget_rules()
    return rule


def forget_rules() -> None:
    """What this process read is old; others notice within FRESH_SECONDS."""
    _known["rules"] = None


def for_screener(rules: Sequence[RuleInForce]) -> tuple[list[dict[str, Any]], str]:
    """What the filters' process needs to know, and a digest that changes with it."""
    wanted = ("words", "pattern", "phrases", "names", "artists")
    sent = [{"key": rule.key, "kind": rule.kind, "content": rule.content} for rule in rules if rule.kind in wanted]
    return sent, hashlib.sha256(json.dumps(sent).encode()).hexdigest()


def _read() -> list[RuleInForce]:
    newest: dict[str, RuleInForce] = {rule.name: rule for rule in (*shipped(), *_artists())}
    for row in Rule.objects.order_by("name", "version"):
        facts = {name: getattr(row, name) for name in ("name", "version", "kind", "category", "content", "threshold")}
        newest[row.name] = RuleInForce(**facts, soft=row.soft, live=row.mode == Rule.Mode.LIVE)
        if row.mode == Rule.Mode.OFF:
            del newest[row.name]
    return list(newest.values())


def _artists() -> list[RuleInForce]:
    """Who asked for it by the form, and was believed by the operator."""
    names = "\n".join(opted_out_artists())
    facts: dict[str, Any] = {"name": "opted-out-artists", "version": 0, "kind": "artists", "category": "artists"}
    return [RuleInForce(**facts, content=names)] if names else []


def check_rule(*, rule: Rule) -> None:
    """BadRule where it cannot be taken, whoever writes it."""
    if rule.kind not in Rule.Kind.values or rule.category not in CATEGORIES:
        raise BadRule(_("There is no such kind of rule, or no such category."))
    if rule.kind in ("meaning", "picture", "pair", "phrases") and not 0 < (rule.threshold or 0) <= 1:
        raise BadRule(_("The threshold is a number between 0 and 1."))
    if rule.kind == "pattern":
        for line in filter(str.strip, rule.content.splitlines()):
            _check_pattern(line)


def _check_pattern(pattern: str) -> None:
    """It compiles, and repeats nothing that itself repeats. What is slow all the same is stopped where it runs."""
    if len(pattern) > LONGEST_PATTERN:
        raise BadRule(_("A pattern has at most %(most)d characters.") % {"most": LONGEST_PATTERN})
    try:
        re.compile(pattern)
    except (re.error, RecursionError, OverflowError) as wrong:
        raise BadRule(
            _("The pattern %(pattern)s cannot be read: %(why)s.") % {"pattern": pattern, "why": wrong}
        ) from wrong
    if _NESTED.search(pattern):
        raise BadRule(
            _("The pattern %(pattern)s repeats a repetition, which can take for ever.") % {"pattern": pattern}
        )


_known: dict[str, tuple[float, list[RuleInForce]] | None] = {"rules": None}
