from django.urls import path

from billing import views, webhooks

urlpatterns = [
    path("credits/buy", views.buy, name="buy"),
    path("credits/purchases/<uuid:purchase_id>", views.purchase, name="purchase"),
    path("credits/payments", views.payments, name="payments"),
    path("stripe/webhook", webhooks.stripe, name="stripe_webhook"),
]
