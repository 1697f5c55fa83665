"""The site as one ASGI application: pages through Django, the live socket through Channels."""

import os

from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dalle_site.settings")
pages = get_asgi_application()

from dalle_site.limits import limit_body  # noqa: E402  (needs the apps that the line above loads)
from generation.routing import websocket_urlpatterns  # noqa: E402

application = limit_body(
    ProtocolTypeRouter(
        {
            "http": pages,
            "websocket": AllowedHostsOriginValidator(AuthMiddlewareStack(URLRouter(websocket_urlpatterns))),
        }
    )
)
