"""The product, and beside it the bare view as Django itself would serve it: its own handler, the same middleware."""

from typing import Any

from django.core.handlers.asgi import ASGIHandler

from dalle_site.asgi import application as product

django_alone = ASGIHandler()


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    if scope["type"] == "http" and scope["path"] == "/bare/django":
        await django_alone(scope, receive, send)
    else:
        await product(scope, receive, send)
