from django.urls import path

from dalle_site import urls
from tests.bench.bare.views import write_row

# One view at two addresses: tests/bench/asgi.py serves the second by Django's own handler.
urlpatterns = [path("bare", write_row), path("bare/django", write_row), *urls.urlpatterns]
