from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from generation.models import Engine, Job


@admin.register(Job)
class JobAdmin(admin.ModelAdmin):
    """For looking, not for changing: the states move through services alone."""

    list_display = ("created", "person", "status", "attempt", "failures", "prompt")
    list_filter = ("status", "kind")
    search_fields = ("id", "person__email", "prompt")
    ordering = ("-created",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Engine)
class EngineAdmin(admin.ModelAdmin):
    list_display = ("name", "trained", "device", "seconds_a_job", "seen_at")
