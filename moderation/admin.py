from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.html import format_html

from accounts.models import Person
from moderation import services
from moderation.forms import RuleForm
from moderation.models import CategoryChoice, KnownBad, Listing, OptOut, PictureHash, Report, Rule, Screening


class LookedAt(admin.ModelAdmin):
    """For reading and deciding: nothing is typed in here, acts go through services."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Listing | Report | None = None) -> bool:
        return obj is None and super().has_change_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Listing | Report | None = None) -> bool:
        return False

    @admin.display(description="what it is")
    def thing(self, row: Listing | Report) -> str:
        shown = services.shown_subject(kind=row.subject_kind, subject=row.subject)
        if shown is None or not shown.address:
            return "not shared any more"
        return format_html('<a href="{}">{}</a>', shown.address, shown.title)


@admin.register(Listing)
class ListingAdmin(LookedAt):
    """What waits before it may stand in the public gallery. Choose, then approve or refuse."""

    list_display = ("created", "state", "subject_kind", "thing", "decided_by", "decided_at")
    list_display_links = None
    list_filter = ("state", "subject_kind")
    ordering = ("created",)
    actions = ("approve", "refuse")

    @admin.action(description="Approve: they may stand in the gallery")
    def approve(self, request: HttpRequest, rows: QuerySet[Listing]) -> None:
        self._decide(request, rows, allowed=True)

    @admin.action(description="Refuse: they may not")
    def refuse(self, request: HttpRequest, rows: QuerySet[Listing]) -> None:
        self._decide(request, rows, allowed=False)

    def _decide(self, request: HttpRequest, rows: QuerySet[Listing], *, allowed: bool) -> None:
        assert isinstance(request.user, Person)  # nobody else comes into the admin
        subjects = rows.values_list("subject", flat=True)
        decided = services.decide_listings(subjects=subjects, allowed=allowed, moderator=request.user)
        self.message_user(request, f"{decided} decided.")


@admin.register(Report)
class ReportAdmin(LookedAt):
    """What people reported. Closing one says that it was looked at."""

    list_display = ("created", "reason", "subject_kind", "thing", "words", "reporter", "closed_at")
    list_display_links = None
    list_filter = (("closed_at", admin.EmptyFieldListFilter), "reason", "subject_kind")
    ordering = ("-created",)
    actions = ("close",)

    @admin.action(description="Close: looked at")
    def close(self, request: HttpRequest, rows: QuerySet[Report]) -> None:
        assert isinstance(request.user, Person)  # nobody else comes into the admin
        closed = services.close_reports(ids=rows.values_list("pk", flat=True), moderator=request.user)
        self.message_user(request, f"{closed} closed.")


@admin.register(PictureHash)
class PictureHashAdmin(admin.ModelAdmin):
    """Where an operator finds the hash to write into the list of pictures that are not taken."""

    list_display = ("created", "kind", "subject", "sha256", "as_listed")
    list_filter = ("kind",)
    search_fields = ("subject", "sha256")
    ordering = ("-created",)

    @admin.display(description="what is seen")
    def as_listed(self, known: PictureHash) -> str:
        return f"{known.seen & 0xFFFF_FFFF_FFFF_FFFF:016x}"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: PictureHash | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: PictureHash | None = None) -> bool:
        return False


@admin.register(Rule)
class RuleAdmin(admin.ModelAdmin):
    """Every change is a new version: nothing here is edited, and what is saved begins in the shadow unless said."""

    list_display = ("name", "version", "kind", "category", "mode", "threshold", "author", "created", "note")
    list_filter = ("kind", "category", "mode")
    ordering = ("name", "-version")
    fields = ("name", "kind", "category", "content", "threshold", "soft", "mode", "note")

    def save_model(self, request: HttpRequest, obj: Rule, form: ModelForm, change: bool) -> None:
        assert isinstance(request.user, Person)
        facts = {name: form.cleaned_data[name] for name in self.fields}
        written = services.write_rule(author=request.user, **facts)
        obj.pk, obj.version = written.pk, written.version

    def get_form(self, request: HttpRequest, obj: Rule | None = None, change: bool = False, **kwargs: Any) -> Any:
        return super().get_form(request, obj, change=change, form=RuleForm, **kwargs)

    def has_change_permission(self, request: HttpRequest, obj: Rule | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Rule | None = None) -> bool:
        return False


@admin.register(CategoryChoice)
class CategoryChoiceAdmin(admin.ModelAdmin):
    """What this site decided otherwise than the policy that ships."""

    list_display = ("slug", "severity", "action", "detail")


@admin.register(Screening)
class ScreeningAdmin(LookedAt):
    """What the filters found. For reading."""

    list_display = ("created", "kind", "result", "category", "soft", "milliseconds", "outcome", "text")
    list_display_links = None
    list_filter = ("result", "kind", "category", "soft")
    ordering = ("-created",)


@admin.register(KnownBad)
class KnownBadAdmin(admin.ModelAdmin):
    """Lists come and go by `python manage.py known_bad`."""

    list_display = ("created", "kind", "hash", "category", "source")
    list_filter = ("kind", "category")
    search_fields = ("hash", "source")


@admin.register(OptOut)
class OptOutAdmin(admin.ModelAdmin):
    """Artists who asked that their name is not used. Look at their page, then accept or decline; either may be turned
    around."""

    list_display = ("created", "name", "state", "works", "email", "words", "decided_by")
    list_display_links = None
    list_filter = ("state",)
    search_fields = ("name", "email")
    ordering = ("-created",)
    actions = ("accept", "decline")

    @admin.action(description="Accept: sentences with the name are not drawn")
    def accept(self, request: HttpRequest, rows: QuerySet[OptOut]) -> None:
        self._decide(request, rows, accepted=True)

    @admin.action(description="Decline")
    def decline(self, request: HttpRequest, rows: QuerySet[OptOut]) -> None:
        self._decide(request, rows, accepted=False)

    def _decide(self, request: HttpRequest, rows: QuerySet[OptOut], *, accepted: bool) -> None:
        assert isinstance(request.user, Person)  # nobody else comes into the admin
        ids = rows.values_list("pk", flat=True)
        decided = services.decide_opt_outs(ids=ids, accepted=accepted, operator=request.user)
        self.message_user(request, f"{decided} decided; what nobody confirmed by letter is left out.")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: OptOut | None = None) -> bool:
        return obj is None and super().has_change_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: OptOut | None = None) -> bool:
        return False
