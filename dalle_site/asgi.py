"""The site as one ASGI application: pages through Django, the live socket through Channels."""

import os

import django
from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator

from dalle_site.memory import give_back_early

give_back_early()
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dalle_site.settings")
django.setup(set_prefix=False)

from dalle_site.limits import limit_body  # noqa: E402  (needs the apps that the line above loads)
from dalle_site.pages import Pages  # noqa: E402
from generation.routing import websocket_urlpatterns  # noqa: E402

application = limit_body(
    ProtocolTypeRouter(
        {
            "http": Pages(),
            "websocket": AllowedHostsOriginValidator(AuthMiddlewareStack(URLRouter(websocket_urlpatterns))),
        }
    )
)
