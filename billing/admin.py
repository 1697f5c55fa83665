from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from billing.models import Account, Entry, FreeCredits, Lot


class ReadOnly(admin.ModelAdmin):
    """The ledger is written by services alone."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Account)
class AccountAdmin(ReadOnly):
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
