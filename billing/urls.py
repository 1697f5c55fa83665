from django.urls import path

from billing import webhooks
from billing.services import Unit
from billing.views import artists, buying, statement

API = {"unit": Unit.MICRO_DOLLAR}

urlpatterns = [
    path("credits", statement.statement, name="statement"),
    path("credits/statement.csv", statement.statement_csv, name="statement_csv"),
    path("credits/api", statement.statement, API, name="statement_api"),
    path("credits/api/statement.csv", statement.statement_csv, API, name="statement_api_csv"),
    path("credits/have", statement.have, name="credits_have"),
    path("credits/artists", artists.artists, name="artists"),
    path("credits/buy", buying.buy, name="buy"),
    path("credits/purchases/<uuid:purchase_id>", buying.purchase, name="purchase"),
    path("credits/payments", buying.payments, name="payments"),
    path("stripe/webhook", webhooks.stripe, name="stripe_webhook"),
]
