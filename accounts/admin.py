from django.contrib import admin

from accounts.models import Person


@admin.register(Person)
class PersonAdmin(admin.ModelAdmin):
    list_display = ("email", "joined", "verified_at", "is_active", "is_staff", "closing_at", "closed_at")
    list_filter = ("is_active", "is_staff")
    search_fields = ("email",)
    ordering = ("-joined",)
    fields = (
        "email",
        "display_name",
        "is_active",
        "is_staff",
        "groups",
        "joined",
        "verified_at",
        "last_login",
        "closing_at",
    )
    readonly_fields = ("joined", "verified_at", "last_login", "closing_at")

    def has_delete_permission(self, request: object, obj: object = None) -> bool:
        """People leave by closing their account; the ledger keeps their row."""
        return False
