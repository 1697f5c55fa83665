import uuid
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from generation import services


class PromptForm(forms.Form):
    """The one box. `key` was made with the page: the same press sent twice is one job."""

    prompt = forms.CharField(required=False, strip=False, widget=forms.Textarea)
    key = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def clean_prompt(self) -> str:
        try:
            return services.clean_sentence(self.cleaned_data["prompt"])
        except services.BadSentence as refusal:
            raise ValidationError(str(refusal)) from refusal

    def clean_key(self) -> str:
        return self.cleaned_data["key"] or new_key()


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
