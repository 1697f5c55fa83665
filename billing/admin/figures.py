"""Two pages for reading: what came in and went out, and what looks like somebody farming."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from billing import services


class WithFigures(admin.ModelAdmin):
    """The accounts' list, with the way to both pages."""

    change_list_template = "admin/billing/account/change_list.html"

    def get_urls(self) -> list[Any]:
        pages = [
            path("figures/", self.admin_site.admin_view(self.figures), name="billing_figures"),
            path("patterns/", self.admin_site.admin_view(self.patterns), name="billing_patterns"),
        ]
        return [*pages, *super().get_urls()]

    def figures(self, request: HttpRequest) -> HttpResponse:
        return self._page(request, "Revenue and credits", "figures", {"plots": services.figures()})

    def patterns(self, request: HttpRequest) -> HttpResponse:
        return self._page(request, "Suspicious patterns", "patterns", {"found": services.patterns()})

    def _page(self, request: HttpRequest, title: str, name: str, context: dict[str, Any]) -> HttpResponse:
        if not request.user.has_perm("billing.view_account"):
            raise PermissionDenied
        context = {**self.admin_site.each_context(request), "title": title, **context}
        return render(request, f"admin/billing/account/{name}.html", context)
