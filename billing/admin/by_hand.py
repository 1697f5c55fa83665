"""Changes of balances by operators, each with its reason; and the applications of artists."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.html import format_html

from accounts.models import Person
from billing import services
from billing.admin.books import ReadOnly
from billing.forms import DecisionForm, new_key
from billing.models import Adjustment, Application, Unit


class AdjustmentForm(forms.ModelForm):
    class Meta:
        model = Adjustment
        fields = ("person", "unit", "amount", "expires_at", "reason", "key")
        widgets = {"key": forms.HiddenInput, "reason": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "key" in self.fields:  # a page that only shows one has no fields
            self.fields["key"].initial = new_key


@admin.register(Adjustment)
class AdjustmentAdmin(ReadOnly):
    """To change a balance, add one here; the person reads the reason in the statement. None is ever edited: a wrong one
    is put right by another."""

    form = AdjustmentForm
    list_display = ("created", "person", "amount", "unit", "reason", "operator")
    list_filter = ("unit",)
    search_fields = ("person__email", "operator__email", "reason")
    autocomplete_fields = ("person",)
    ordering = ("-created",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("billing.add_adjustment")

    def save_model(self, request: HttpRequest, obj: Adjustment, form: forms.ModelForm, change: bool) -> None:
        assert isinstance(request.user, Person)  # nobody else comes into the admin
        made = services.adjust(
            person=obj.person,
            unit=Unit(obj.unit),
            amount=obj.amount,
            expires_at=obj.expires_at,
            reason=obj.reason,
            key=obj.key,
            operator=request.user,
        )
        # What the admin writes in its log, and says, is of the row that was made.
        obj.pk, obj.operator = made.pk, made.operator

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().changeform_view(request, *args, **kwargs)
        except services.CannotAdjust as refusal:
            self.message_user(request, f"Nothing was changed. {refusal}", messages.ERROR)
            return redirect(request.get_full_path())


@admin.register(Application)
class ApplicationAdmin(ReadOnly):
    """Artists who ask for credits. Open one, then decide it: they are told by letter and on their page."""

    list_display = ("created", "name", "person", "state", "amount", "expires_at", "operator")
    list_filter = ("state",)
    search_fields = ("name", "person__email", "words")
    ordering = ("-created",)
    change_form_template = "admin/billing/application/change_form.html"
    fields = (
        "person",
        "name",
        "linked_work",
        "words",
        "created",
        ("state", "operator", "decided_at", "told_at"),
        ("amount", "expires_at"),
        "answer",
    )
    readonly_fields = ("linked_work",)

    @admin.display(description="work")
    def linked_work(self, application: Application) -> str:
        return format_html('<a href="{0}" rel="noopener noreferrer">{0}</a>', application.work)

    def get_urls(self) -> list[Any]:
        decide = path("<int:pk>/decide/", self.admin_site.admin_view(self.decide), name="application_decide")
        return [decide, *super().get_urls()]

    def decide(self, request: HttpRequest, pk: int) -> HttpResponse:
        application = get_object_or_404(Application.objects.select_related("person"), pk=pk)
        if not request.user.has_perm("billing.change_application"):
            raise PermissionDenied
        form = DecisionForm(request.POST or None)
        if request.method == "POST" and form.is_valid() and self._decided(request, application, form):
            return redirect(reverse("admin:billing_application_changelist") + "?state__exact=waiting")
        context = {
            **self.admin_site.each_context(request),
            "title": f"Decide the application of {application.name}",
            "application": application,
            "form": form,
        }
        return render(request, "admin/billing/application/decide.html", context)

    def _decided(self, request: HttpRequest, application: Application, form: DecisionForm) -> bool:
        assert isinstance(request.user, Person)  # nobody else comes into the admin
        said = form.cleaned_data
        answer = {"application_id": application.pk, "answer": said["answer"], "operator": request.user}
        try:
            if "grant" not in request.POST:
                services.decline(**answer)
                words = "Declined."
            elif said["amount"] is None or form.until is None:
                raise services.CannotDecide("To grant, say how many credits and until when.")
            else:
                services.grant(**answer, amount=said["amount"], expires_at=form.until)
                words = f"Granted {said['amount']} credits until {said['expires']}."
        except services.CannotDecide as refusal:
            form.add_error(None, str(refusal))
            return False
        self.log_change(request, application, words)
        self.message_user(request, f"{words} They are told within a minute.", messages.SUCCESS)
        return True
