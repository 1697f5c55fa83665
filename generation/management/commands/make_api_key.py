import uuid
from argparse import ArgumentParser
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from generation.services.api import NoAddress, make_key, person_with_money
from generation.services.labels import BadLabel

MICRO = 1_000_000


class Command(BaseCommand):
    help = (
        "Make a key of the Images API for somebody, making the person and adding to the API's balance where asked. "
        "The key stands alone on the last line, and is never shown again."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--usd", default="0", help="how many dollars to add to the API's balance")
        parser.add_argument("--name", default="made by an operator")
        parser.add_argument("--monthly-usd", default=None, help="the key's own budget of a month")
        parser.add_argument("--images-a-minute", type=int, default=None)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            person, made = person_with_money(
                email=options["email"], amount=_micro(options["usd"]), reference=uuid.uuid4().hex
            )
        except NoAddress as wrong:
            raise CommandError(str(wrong)) from wrong
        budget = None if options["monthly_usd"] is None else _micro(options["monthly_usd"])
        try:
            key = make_key(
                person=person,
                name=options["name"],
                monthly_budget=budget,
                images_a_minute=options["images_a_minute"],
            )
        except BadLabel as wrong:
            raise CommandError(str(wrong)) from wrong
        if made:
            self.stdout.write(f"{person.email} was made; a password is set by “Forgot your password?”.")
        self.stdout.write(f"Key “{key.key.name}” of {person.email}:")
        self.stdout.write(key.secret)


def _micro(dollars: str) -> int:
    try:
        exact = Decimal(dollars) * MICRO
    except InvalidOperation:
        raise CommandError(f"{dollars!r} is no amount of dollars.") from None
    if exact != exact.to_integral_value() or not 0 <= exact <= 1_000_000_000:
        raise CommandError(f"{dollars!r}: from 0 to 1000 dollars, in millionths at most.")
    return int(exact)
