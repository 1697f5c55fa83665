import secrets
from typing import Any

from django import forms

from billing.models import Purchase
from billing.models.shop import MOST_GIVEN, MOST_MONEY
from billing.services import Offer, digits_of, money, refundable, smallest


def new_key() -> str:
    return secrets.token_urlsafe(12)


class OfferForm(forms.Form):
    """The button of a pack. It says what the page said, so that a price that has changed meanwhile is not charged."""

    pack = forms.IntegerField(min_value=1, max_value=2**62)
    gives = forms.IntegerField(min_value=1, max_value=MOST_GIVEN)
    amount = forms.IntegerField(min_value=1, max_value=MOST_MONEY)
    currency = forms.RegexField("^[a-z]{3}$")
    key = forms.RegexField(r"^[\w-]{8,40}$")

    @property
    def offer(self) -> Offer:
        said = self.cleaned_data
        return Offer(pack_id=said["pack"], gives=said["gives"], amount=said["amount"], currency=said["currency"])

    @property
    def press(self) -> str:
        """One page has a button for each pack, and each may be pressed."""
        return f"{self.cleaned_data['key']}:{self.cleaned_data['pack']}"


class RefundForm(forms.Form):
    """In the admin. The amount is typed as people write it, in the purchase's own currency."""

    amount = forms.DecimalField(min_value=0)
    reason = forms.CharField(widget=forms.Textarea(attrs={"rows": 3}), help_text="Kept with your name.")

    def __init__(self, *args: Any, purchase: Purchase, **kwargs: Any) -> None:
        self.purchase = purchase
        super().__init__(*args, **kwargs)
        most = money(refundable(purchase=purchase), purchase.currency)
        places = digits_of(purchase.currency)
        self.fields["amount"].label = f"Amount ({purchase.currency.upper()}, at most {most})"
        self.fields["amount"].widget.attrs["step"] = f"{10**-places:.{places}f}" if places else "1"

    def clean_amount(self) -> int:
        amount = smallest(self.cleaned_data["amount"], self.purchase.currency)
        if amount is None or amount < 1:
            raise forms.ValidationError("There is no such coin.")
        return amount
