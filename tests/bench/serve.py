"""The one command with tests.bench.asgi in place of the product's application: `python -m tests.bench.serve`."""

import os
import sys

import django

from dalle_site import embedded

if __name__ == "__main__":
    django.setup()
    from dalle_site.management.commands.serve import SERVER  # once the apps are loaded

    SERVER["app"] = "tests.bench.asgi:application"
    code = embedded.main()
    sys.stdout.flush()
    os._exit(code)
