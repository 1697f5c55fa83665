import uuid
from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

from accounts.models import Person
from generation import services
from generation.models import ApiKey
from generation.services import canvases


class PromptForm(forms.Form):
    """The one box. `key` was made with the page: the same press sent twice is one job."""

    prompt = forms.CharField(required=False, strip=False, widget=forms.Textarea)
    negative = forms.CharField(required=False)
    key = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def clean_prompt(self) -> str:
        return _sentence(self.cleaned_data["prompt"])

    def clean_negative(self) -> str:
        negative = self.cleaned_data["negative"]
        return _sentence(negative) if negative.strip() else ""

    def clean_key(self) -> str:
        return self.cleaned_data["key"] or new_key()


def _sentence(text: str) -> str:
    try:
        return services.clean_sentence(text)
    except services.BadSentence as refusal:
        raise ValidationError(str(refusal)) from refusal


def new_key() -> str:
    return str(uuid.uuid4())


class UploadForm(forms.Form):
    """A file, the square of it that is wanted, and the word that it may be used."""

    file = forms.FileField(required=False, allow_empty_file=True)
    consent = forms.BooleanField(required=False)
    left = forms.IntegerField(required=False)
    top = forms.IntegerField(required=False)
    side = forms.IntegerField(required=False)

    def clean_file(self) -> UploadedFile:
        if not self.cleaned_data.get("file"):
            raise ValidationError(_("Choose a picture."))
        return self.cleaned_data["file"]

    def clean(self) -> dict[str, Any]:
        """As the service takes it."""
        given = super().clean() or self.cleaned_data
        crop = tuple(given.pop(name, None) for name in ("left", "top", "side"))
        if any(place is not None for place in crop) and not all(place is not None for place in crop):
            raise ValidationError(_("The square is not complete. Choose it again."))
        return {**given, "crop": None if crop[0] is None else crop}

    @property
    def words(self) -> str:
        return " ".join(str(message) for messages in self.errors.values() for message in messages)


class Ids(forms.Field):
    """Ids of things, as many fields of one name. Whose they are, the service asks."""

    widget = forms.MultipleHiddenInput

    def to_python(self, value: list[str] | None) -> list[uuid.UUID]:
        try:
            return [uuid.UUID(word) for word in value or []]
        except ValueError as wrong:
            raise ValidationError(_("That is not an id.")) from wrong


class PicturesForm(forms.Form):
    """The pictures that are chosen."""

    id = Ids()


class ZipForm(forms.Form):
    """Pictures that are to come as one file: those that are chosen, or all of a collection."""

    id = Ids(required=False)
    picture = Ids(required=False)
    collection = forms.UUIDField(required=False)

    @property
    def ids(self) -> list[uuid.UUID]:
        return [*self.cleaned_data["id"], *self.cleaned_data["picture"]]


class CollectForm(forms.Form):
    """Pictures, and the collections that they are to be in. `picked` tells that the second was asked."""

    id = Ids()
    picked = forms.BooleanField(required=False)
    collection = Ids(required=False)
    name = forms.CharField(required=False, strip=False)


class DownloadForm(forms.Form):
    """What is to be in the file. A box that is not ticked is not sent, so `format` tells that the form was."""

    format = forms.ChoiceField(choices=[(one.value, one.label) for one in services.Format])
    squares = forms.BooleanField(required=False)
    words = forms.BooleanField(required=False)

    @property
    def choice(self) -> services.Choice:
        given = self.cleaned_data
        return services.Choice(format=services.Format(given["format"]), squares=given["squares"], words=given["words"])


class CheckForm(forms.Form):
    """A picture whose origin is asked for."""

    file = forms.FileField(
        label=gettext_lazy("Picture"),
        error_messages={"required": gettext_lazy("Choose a picture."), "empty": gettext_lazy("The file is empty.")},
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp"}),
    )


class AgainForm(forms.Form):
    key = forms.CharField(required=False, max_length=64)

    def clean_key(self) -> str:
        return self.cleaned_data["key"] or new_key()

    @property
    def words(self) -> str:
        return " ".join(str(message) for messages in self.errors.values() for message in messages)


class SourceForm(AgainForm):
    """What begins from a picture. A source is named `picture:` or `upload:` and its id."""

    def source_of(self, name: str, person: Person) -> services.Source:
        """Somebody else's, and what makes no sense, is not there."""
        kind, _colon, given = str(self.data.get(name, "")).partition(":")
        try:
            return services.source_for(person=person, kind=kind, source_id=uuid.UUID(given))
        except ValueError:
            raise Http404 from None

    @property
    def asked(self) -> dict[str, Any]:
        return dict(self.cleaned_data)


class VariationForm(SourceForm):
    strength = forms.FloatField(min_value=0, max_value=1)


class TextDiffForm(SourceForm):
    from_prompt = forms.CharField(required=False, strip=False)
    to_prompt = forms.CharField(required=False, strip=False)

    def clean_to_prompt(self) -> str:
        return _sentence(self.cleaned_data["to_prompt"])


class BlendForm(SourceForm):
    def clean(self) -> dict[str, Any]:
        if not self.data.get("second"):
            raise ValidationError(_("Choose the second picture."))
        return super().clean() or self.cleaned_data


class FrameForm(AgainForm):
    """A square of a canvas, and the sentence that it is to show."""

    prompt = forms.CharField(required=False, strip=False)
    negative = forms.CharField(required=False)
    version = forms.IntegerField(min_value=0)
    x = forms.IntegerField()
    y = forms.IntegerField()

    def clean_prompt(self) -> str:
        return _sentence(self.cleaned_data["prompt"])

    @property
    def asked(self) -> dict[str, Any]:
        given = dict(self.cleaned_data)
        square = canvases.Square(**{name: given.pop(name) for name in ("version", "x", "y")})
        return {**given, "square": square}


class RectangleForm(forms.Form):
    """A part of a canvas. What makes no sense is not there."""

    x = forms.IntegerField()
    y = forms.IntegerField()
    width = forms.IntegerField(min_value=1)
    height = forms.IntegerField(min_value=1)
    layer = forms.IntegerField(required=False)
    whole = forms.BooleanField(required=False)

    @property
    def asked(self) -> dict[str, Any]:
        if not self.is_valid():
            raise Http404
        given = self.cleaned_data
        box = (given["x"], given["y"], given["x"] + given["width"], given["y"] + given["height"])
        return {"box": box, "layer_id": given["layer"], "whole": given["whole"]}


def id_of(text: str | None) -> uuid.UUID | None:
    """An id that a script may have made; what is none is not there."""
    if not text:
        return None
    try:
        return uuid.UUID(text)
    except ValueError:
        raise Http404 from None


def number_of(text: str | None) -> int | None:
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise Http404
    return int(text)


class ApiKeyForm(forms.Form):
    """A key of the API: what it may do, how much it may spend in a month, and until when it lets anybody in."""

    MICRO = 1_000_000
    DAYS = (
        ("", gettext_lazy("Never")),
        *(
            (str(days), ngettext_lazy("After %(days)d days", "After %(days)d days", "days") % {"days": days})
            for days in (30, 90, 365)
        ),
    )

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=60,
        help_text=gettext_lazy("For you to know it by: the program that uses it, say."),
    )
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("It may"),
        choices=ApiKey.Scope.choices,
        initial=ApiKey.Scope.values,
        widget=forms.CheckboxSelectMultiple,
    )
    budget = forms.DecimalField(
        label=gettext_lazy("Most it may spend in a month, in dollars"),
        required=False,
        min_value=0,
        max_value=100_000,
        decimal_places=2,
        help_text=gettext_lazy("Empty: as much as your API balance holds."),
    )
    expires = forms.ChoiceField(label=gettext_lazy("It expires"), required=False, choices=DAYS)

    @property
    def wish(self) -> dict[str, Any]:
        given = self.cleaned_data
        budget, days = given["budget"], given["expires"]
        return {
            "name": given["name"],
            "scopes": given["scopes"],
            "monthly_budget": None if budget is None else int(budget * self.MICRO),
            "expires_at": timezone.now() + timedelta(days=int(days)) if days else None,
        }


class HistoryForm(forms.Form):
    """What of the history is wanted. What makes no sense is not asked for, rather than an error."""

    q = forms.CharField(required=False, max_length=200)
    kind = forms.ChoiceField(required=False, choices=services.KINDS)
    favourites = forms.BooleanField(required=False)
    since = forms.DateField(required=False)
    until = forms.DateField(required=False)

    @property
    def wish(self) -> dict[str, Any]:
        self.full_clean()
        given = self.cleaned_data
        names = {"words": "q", "kind": "kind", "favourites": "favourites", "since": "since", "until": "until"}
        return {name: given.get(field) for name, field in names.items() if given.get(field)}
