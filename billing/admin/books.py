from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.html import format_html

from accounts.models import Person
from billing import services
from billing.admin.figures import WithFigures
from billing.forms import RefundForm
from billing.models import (
    Account,
    Entry,
    FreeCredits,
    LedgerCheck,
    Lot,
    Pack,
    Purchase,
    Refund,
    Resolution,
    StripeEvent,
    Unit,
)


class ReadOnly(admin.ModelAdmin):
    """The ledger is written by services alone."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Account)
class AccountAdmin(WithFigures, ReadOnly):
    list_display = ("person", "unit", "balance", "debt")
    list_filter = ("unit",)
    search_fields = ("person__email",)


@admin.register(Entry)
class EntryAdmin(ReadOnly):
    list_display = ("created", "account", "kind", "amount", "owed", "balance", "reference")
    list_filter = ("kind",)
    search_fields = ("reference", "account__person__email")


@admin.register(Lot)
class LotAdmin(ReadOnly):
    list_display = ("account", "source", "granted", "left", "expires_at")
    list_filter = ("source",)
    search_fields = ("account__person__email",)


@admin.register(FreeCredits)
class FreeCreditsAdmin(ReadOnly):
    list_display = ("person", "refusal", "first_at", "next_at")
    list_filter = ("refusal",)
    search_fields = ("person__email",)


@admin.register(Pack)
class PackAdmin(admin.ModelAdmin):
    """What is for sale. A change is for purchases to come: each keeps what it was begun with."""

    list_display = ("name", "unit", "gives", "price", "active")
    list_filter = ("unit", "active")

    @admin.display(description="price", ordering="amount")
    def price(self, pack: Pack) -> str:
        return services.money(pack.amount, pack.currency)

    def has_delete_permission(self, request: HttpRequest, obj: Pack | None = None) -> bool:
        return obj is not None and not services.was_bought(pack=obj)


class RefundInline(admin.TabularInline):
    model = Refund
    fields = readonly_fields = ("created", "money", "reason", "operator", "state", "problem", "stripe_id")
    extra = 0
    can_delete = False

    @admin.display(description="amount")
    def money(self, refund: Refund) -> str:
        return services.money(refund.amount, refund.purchase.currency)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Purchase)
class PurchaseAdmin(ReadOnly):
    """What was bought. Money is sent back from here; the credits follow by what Stripe says then."""

    list_display = ("created", "person", "name", "price", "state", "went_back", "taken_back")
    list_filter = ("state", "currency", "unit")
    search_fields = ("id", "person__email", "session", "payment_intent")
    ordering = ("-created",)
    fields = (
        *("id", "person", "email", "name", "what", "price", "state", "problem", "created", "paid_at"),
        *(
            "went_back",
            "taken_back",
            "receipt",
            "receipt_mailed_at",
            "resolved",
            "session",
            "payment_intent",
            "looked_at",
        ),
    )
    inlines = (RefundInline,)
    change_form_template = "admin/billing/purchase/change_form.html"

    @admin.display(description="price", ordering="amount")
    def price(self, purchase: Purchase) -> str:
        return services.money(purchase.amount, purchase.currency)

    @admin.display(description="gives")
    def what(self, purchase: Purchase) -> str:
        return services.given(purchase.gives, purchase.unit)

    @admin.display(description="went back")
    def went_back(self, purchase: Purchase) -> str:
        """Money: sent back, and held or taken by a dispute."""
        parts = {"refunded": purchase.refunded, "disputed": purchase.disputed}
        return ", ".join(f"{services.money(part, purchase.currency)} {how}" for how, part in parts.items() if part)

    @admin.display(description="held payment")
    def resolved(self, purchase: Purchase) -> str:
        made = Resolution.objects.filter(purchase=purchase).select_related("operator").first()
        return f"{made}, {made.created:%Y-%m-%d %H:%M}" if made else ""

    @admin.display(description="receipt")
    def receipt(self, purchase: Purchase) -> str:
        if not purchase.receipt_url:
            return ""
        return format_html('<a href="{}" rel="noopener">{}</a>', purchase.receipt_url, "at Stripe")

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        return [
            path("<uuid:purchase_id>/refund/", view(self.refund), name="purchase_refund"),
            path("<uuid:purchase_id>/resolve/", view(self.resolve), name="purchase_resolve"),
            *super().get_urls(),
        ]

    def resolve(self, request: HttpRequest, purchase_id: UUID) -> HttpResponse:
        """The two buttons of a payment that is held."""
        purchase = get_object_or_404(Purchase, pk=purchase_id)
        if not request.user.has_perm("billing.add_resolution"):
            raise PermissionDenied
        what = request.POST.get("what", "")
        if what in Resolution.What.values:
            self._resolve(request, purchase, Resolution.What(what))
        return redirect("admin:billing_purchase_change", purchase.pk)

    def _resolve(self, request: HttpRequest, purchase: Purchase, what: Resolution.What) -> None:
        assert isinstance(request.user, Person)  # nobody else comes into the admin
        try:
            services.resolve_held(purchase_id=purchase.pk, what=what, operator=request.user)
        except (services.CannotResolve, services.Refused) as refusal:
            self.message_user(request, f"Nothing was changed. {refusal}", messages.ERROR)
            return
        except services.Away:
            done = Resolution.objects.filter(purchase=purchase).exists()
            words = "It is decided; what is left is done by itself." if done else "Nothing was changed: press again."
            self.message_user(request, f"Stripe does not answer. {words}", messages.WARNING)
            return
        self.log_change(request, purchase, f"Held payment: {what.label}")
        self.message_user(request, f"The payment is {what.label}.", messages.SUCCESS)

    def refund(self, request: HttpRequest, purchase_id: UUID) -> HttpResponse:
        purchase = get_object_or_404(Purchase, pk=purchase_id)
        if not request.user.has_perm("billing.add_refund"):
            raise PermissionDenied
        form = RefundForm(request.POST or None, purchase=purchase)
        if request.method == "POST" and form.is_valid() and self._send(request, purchase, form):
            return redirect("admin:billing_purchase_change", purchase.pk)
        context = {
            **self.admin_site.each_context(request),
            "title": f"Refund {purchase}",
            "purchase": purchase,
            "form": form,
            "left": services.balance_of(person=purchase.person, unit=Unit(purchase.unit)),
        }
        return render(request, "admin/billing/purchase/refund.html", context)

    def _send(self, request: HttpRequest, purchase: Purchase, form: RefundForm) -> bool:
        assert isinstance(request.user, Person)  # nobody else comes into the admin
        said = form.cleaned_data
        try:
            sent = services.refund(
                purchase_id=purchase.pk, amount=said["amount"], reason=said["reason"], operator=request.user
            )
        except services.CannotRefund as refusal:
            form.add_error(None, str(refusal))
            return False
        except services.Away:
            words = "Stripe does not answer. The refund is kept and asked for again by itself; do not ask twice."
            self.message_user(request, words, messages.WARNING)
            return True
        amount = services.money(sent.amount, purchase.currency)
        self.log_change(request, purchase, f"Refund of {amount}: {sent.reason} ({sent.state})")
        refused = sent.state == Refund.State.REFUSED
        words = f"Stripe refused: {sent.problem}" if refused else "Sent back."
        self.message_user(request, words, messages.ERROR if refused else messages.SUCCESS)
        return True


@admin.register(LedgerCheck)
class LedgerCheckAdmin(ReadOnly):
    """What came of proving the ledger, for ninety days."""

    list_display = ("finished", "differences", "entries", "accounts", "seconds", "first")
    ordering = ("-finished",)


@admin.register(StripeEvent)
class StripeEventAdmin(ReadOnly):
    """What Stripe told us. What has no `acted at` failed, and is tried again by itself."""

    list_display = ("created", "kind", "purchase", "received", "acted_at", "tries", "problem")
    list_filter = (("acted_at", admin.EmptyFieldListFilter), "kind")
    search_fields = ("id",)
    ordering = ("-created",)
