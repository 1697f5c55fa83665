import unicodedata
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import services
from accounts.models import Person


def _zones() -> list[tuple[str, Any]]:
    regions = [
        (region, [(name, name.partition("/")[2].replace("_", " ").replace("/", ", ")) for name in names])
        for region, names in services.time_zones().items()
    ]
    return [("", gettext_lazy("As this device")), *regions]


class ProfileForm(forms.Form):
    """Who somebody is to others, and how they want the site."""

    display_name = forms.CharField(
        label=gettext_lazy("Display name"),
        max_length=40,
        required=False,
        help_text=gettext_lazy("Stands on the pages that you share. Leave it empty, and nothing stands there."),
        widget=forms.TextInput(attrs={"autocomplete": "nickname", "dir": "auto"}),
    )
    theme = forms.ChoiceField(label=gettext_lazy("Light or dark"), choices=Person.Theme.choices)
    time_zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"),
        required=False,
        choices=_zones,
        help_text=gettext_lazy("Dates and times are told in it, and days in the history begin by it."),
    )
    squares = forms.BooleanField(label=gettext_lazy("Five squares in the corner"), required=False)
    words = forms.BooleanField(label=gettext_lazy("Sentence and seed in the file"), required=False)

    def clean_display_name(self) -> str:
        name = " ".join(unicodedata.normalize("NFC", self.cleaned_data["display_name"]).split())
        if any(unicodedata.category(sign) in ("Cc", "Cf", "Co", "Cn") for sign in name):
            raise ValidationError(_("There is a sign in this name that cannot be seen. Write it without."))
        return name


class CloseForm(forms.Form):
    """The address, typed: nobody does that by mistake."""

    email = forms.CharField(
        label=gettext_lazy("Your e-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
        error_messages={"required": gettext_lazy("Write the address of your account.")},
    )
