from django.contrib import admin
from django.http import HttpRequest

from moderation.models import PictureHash


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
