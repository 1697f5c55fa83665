"""`make demo-stripe`: the site with a shop, and a Stripe of our own on which everybody can pay. No money, no network.

Data lies in a folder of its own. What Stripe alone can do (a refund from its dashboard, a dispute) is done by typing.
"""

import os
import sys
from pathlib import Path

from tests.site import Site
from tests.stripe_hosted import HostedStripe

HELP = """
The last purchase:
  refund 500   sends back $5, as from Stripe's dashboard
  dispute      the buyer's bank takes the money
  won, lost    how the dispute ends
  quiet, loud  messages to the site are lost, or come again
  end          stops everything
"""


BUYER, PASSWORD = "buyer@example.com", "correct horse battery"
_MAKE = f"""
from accounts.models import Person
from accounts.services import make_person
if not Person.objects.filter(email={BUYER!r}).exists():
    make_person(email={BUYER!r}, password={PASSWORD!r}, staff=True)
"""


class Demo(Site):
    """The site in this terminal's words, on a port that a person can type."""

    def __init__(self, folder: Path, **settings: str) -> None:
        super().__init__(folder, **{"TESSERA_ENGINE": os.environ.get("TESSERA_ENGINE", "bundled"), **settings})
        self.port = int(os.environ.get("PORT") or 8000)
        self.address = f"http://127.0.0.1:{self.port}"
        self.environment["PORT"] = str(self.port)


def main() -> int:
    folder = Path(os.environ.get("TESSERA_DATA") or "var/demo-stripe").expanduser().resolve()
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("DATABASE_URL", "REDIS_URL"):
        os.environ.pop(name, None)
    with HostedStripe() as stripe:
        print("Starting the site: the first start takes a while.", flush=True)
        with Demo(folder, **stripe.settings) as site:
            stripe.site = site.address
            site.manage("shell", "-c", _MAKE)
            print(f"\nTessera with a shop is at {site.address}/credits/buy")
            print(f"Sign in as {BUYER}, password: {PASSWORD}. The same account refunds, in {site.address}/admin/")
            print(f"Letters lie in {folder}/data/mail, the site's log in {folder}/site.log")
            print(HELP, flush=True)
            for line in sys.stdin:
                if line.strip() == "end":
                    break
                print(act(stripe, line.split()), flush=True)
    return 0


def act(stripe: HostedStripe, words: list[str]) -> str:
    paid = [pk for pk, session in stripe.sessions.items() if session["payment_status"] == "paid"]
    match words:
        case ["quiet" | "loud" as how]:
            stripe.tells = how == "loud"
            return "Messages come." if stripe.tells else "Messages are lost: the return page and the clock find out."
        case [_, *_] if not paid:
            return "Nothing was paid yet."
        case ["refund", amount] if amount.isdigit():
            event = stripe.refund(paid[-1], int(amount))
        case ["dispute"]:
            event = stripe.dispute(paid[-1])
        case ["won" | "lost" as how] if stripe.disputes:
            event = stripe.close_dispute(paid[-1], won=how == "won")
        case _:
            return HELP
    return f"{event['type']}: the site answers {stripe.tell(event)}" if stripe.tells else f"{event['type']}, unsaid"


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
