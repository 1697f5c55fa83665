from django.contrib import admin

from accounts.models import Person


@admin.register(Person)
class PersonAdmin(admin.ModelAdmin):
    list_display = ("email", "joined", "verified_at", "is_active", "is_staff")
    list_filter = ("is_active", "is_staff")
    search_fields = ("email",)
    ordering = ("-joined",)
    fields = ("email", "display_name", "is_active", "is_staff", "groups", "joined", "verified_at", "last_login")
    readonly_fields = ("joined", "verified_at", "last_login")
