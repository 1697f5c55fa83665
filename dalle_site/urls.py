from django.contrib import admin
from django.urls import include, path

from dalle_site.errors import healthz

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("", include("moderation.urls")),
    path("admin/", admin.site.urls),
    path("accounts/", include("allauth.urls")),
    path("", include("generation.urls")),
]
