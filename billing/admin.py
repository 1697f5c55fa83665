from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from billing.models import Account, Entry


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
    list_display = ("person", "balance")
    search_fields = ("person__email",)


@admin.register(Entry)
class EntryAdmin(ReadOnly):
    list_display = ("created", "account", "kind", "amount", "reference")
    list_filter = ("kind",)
    search_fields = ("reference", "account__person__email")
