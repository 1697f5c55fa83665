from django.urls import path

from generation.consumers import LiveConsumer

websocket_urlpatterns = [path("live", LiveConsumer.as_asgi())]
