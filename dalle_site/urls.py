from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path
from django.views.generic import TemplateView

from dalle_site.errors import healthz
from dalle_site.operators import health_page

# By the site's own door, which asks for the second factor too.
admin.autodiscover()
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("", include("moderation.urls")),
    path("admin/health/", admin.site.admin_view(health_page), name="health"),
    path("admin/", admin.site.urls),
    path("accounts/", include("allauth.urls")),
    path("", include("accounts.urls")),
    path("rights", TemplateView.as_view(template_name="rights.html"), name="rights"),
    path("", include("billing.urls")),
    path("", include("generation.urls")),
]
