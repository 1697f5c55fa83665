from typing import Any

from django import forms

from moderation import services
from moderation.models import Rule


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
