import uuid

from django import forms
from django.core.exceptions import ValidationError

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
