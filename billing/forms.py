import secrets
from datetime import datetime
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from billing.models import Application, Purchase
from billing.models.operators import MOST_GRANTED
from billing.models.shop import MOST_GIVEN, MOST_MONEY
from billing.services import CHOICES, Offer, digits_of, money, refundable, smallest


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


class StatementForm(forms.Form):
    """Which lines, from where on, and the time zone of whoever reads them. What makes no sense counts as not said."""

    kind = forms.ChoiceField(required=False, choices=[(name, words) for name, words, _kinds in CHOICES])
    before = forms.CharField(required=False, max_length=200)
    zone = forms.CharField(required=False, max_length=64)

    @property
    def choice(self) -> str:
        return self._said("kind")

    @property
    def cursor(self) -> str:
        """As it was sent: one that is not ours is an address that is not there."""
        return str(self.data.get("before", ""))

    @property
    def zone_name(self) -> str:
        said = self._said("zone")
        return said if said in available_timezones() else "UTC"

    def _said(self, name: str) -> str:
        self.is_valid()
        return str(self.cleaned_data.get(name, ""))


class ApplicationForm(forms.ModelForm):
    work = forms.URLField(
        label=_("A link to your work"),
        max_length=300,
        assume_scheme="https",
        help_text=_("A site, a page, a portfolio: anything that a person can open."),
    )

    class Meta:
        model = Application
        fields = ("name", "work", "words")
        labels = {
            "name": _("Your name, or the one you work under"),
            "words": _("What you want to make here"),
        }
        help_texts = {
            "name": "",
            "words": _("A few sentences. At most 2,000 characters."),
        }
        widgets = {"words": forms.Textarea(attrs={"rows": 6})}


class DecisionForm(forms.Form):
    """In the admin: credits until a day, or no, with the words that the applicant reads."""

    amount = forms.IntegerField(min_value=1, max_value=MOST_GRANTED, required=False, help_text="Credits to grant.")
    expires = forms.DateField(
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="The last day on which they can be spent, in UTC.",
    )
    answer = forms.CharField(
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5, "cols": 80}),
        help_text="The applicant reads it, in the letter and on the page. Needed to decline.",
    )

    @property
    def until(self) -> datetime | None:
        """The end of the day."""
        day = self.cleaned_data.get("expires")
        return None if day is None else datetime.combine(day, datetime.max.time(), timezone.get_current_timezone())
