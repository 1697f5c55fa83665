"""The product's settings, and beside the product one bare view with a table of its own: what a submit is measured
against. Nothing of the product knows of it."""

from dalle_site.settings import *  # noqa: F403 (settings are names; Django reads them all)
from dalle_site.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.bench.bare"]
ROOT_URLCONF = "tests.bench.urls"
