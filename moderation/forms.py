"""What operators, moderators and people send."""

from typing import Any
from uuid import UUID

from django import forms
from django.http import QueryDict

from moderation import services
from moderation.models import Decision, Rule
from moderation.services import Ruling

Act = Decision.Act


def ruling_of(data: QueryDict) -> Ruling:
    """The form beside a case. What is no number is none: the service says what is missing."""
    return Ruling(
        acts=tuple(dict.fromkeys(act for act in data.getlist("act") if act in Act.values)),
        reason=data.get("reason", ""),
        words=data.get("words", ""),
        note=data.get("note", ""),
        points=number(data.get("points", "")),
        days=number(data.get("days", "")),
    )


def number(text: str, most: int = 10**6) -> int:
    return min(int(text), most) if text.isascii() and text.isdigit() and len(text) < 18 else 0


def uuid_of(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


class OptOutForm(forms.Form):
    """For its fields as they were typed; the service checks them."""

    name = forms.CharField(required=False)
    email = forms.CharField(required=False)
    works = forms.CharField(required=False)
    words = forms.CharField(required=False, strip=True)

    def typed(self) -> dict[str, Any]:
        return {name: str(self.data.get(name, "")) for name in self.fields}


class RuleForm(forms.ModelForm):
    """A new version of a rule, as the admin asks for it."""

    class Meta:
        model = Rule
        fields = ("name", "kind", "category", "content", "threshold", "soft", "mode", "note")

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or self.cleaned_data
        try:
            services.check_rule(rule=Rule(**facts))
        except services.BadRule as wrong:
            raise forms.ValidationError(str(wrong)) from wrong
        return facts
