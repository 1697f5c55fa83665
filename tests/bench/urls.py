from django.urls import path

from dalle_site import urls
from tests.bench.bare.views import write_row

urlpatterns = [path("bare", write_row), *urls.urlpatterns]
