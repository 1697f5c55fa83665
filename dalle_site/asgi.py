"""The site as one ASGI application: pages through Django, the live socket through Channels."""

import os
from typing import Any

import django
from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dalle_site.settings")
django.setup(set_prefix=False)

from dalle_site.limits import limit_body  # noqa: E402  (needs the apps that the line above loads)
from dalle_site.pages import Pages  # noqa: E402
from generation.api import Api  # noqa: E402
from generation.routing import websocket_urlpatterns  # noqa: E402

_pages = limit_body(
    ProtocolTypeRouter(
        {
            "http": Pages(),
            "websocket": AllowedHostsOriginValidator(AuthMiddlewareStack(URLRouter(websocket_urlpatterns))),
        }
    )
)
_api = Api()


async def application(scope: Any, receive: Any, send: Any) -> None:
    """What programs ask for goes past everything that pages need: cookies, forms, limits of their own."""
    ours = scope["type"] == "http" and (scope["path"] == "/v1" or scope["path"].startswith("/v1/"))
    await (_api if ours else _pages)(scope, receive, send)
