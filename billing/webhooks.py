"""Where Stripe speaks to us."""

import logging
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from billing import services

logger = logging.getLogger(__name__)


@csrf_exempt
@require_POST
def stripe(request: HttpRequest) -> HttpResponse:
    """200 for what was done, was done before or concerns nobody here; 400 for what is not Stripe's or no event; 500
    where acting failed, so that it comes again."""
    try:
        services.hear(payload=request.body, signature=request.headers.get("Stripe-Signature", ""))
    except services.NotStripe:
        logger.warning("a webhook without a good signature was refused")
        return HttpResponse("signature", status=HTTPStatus.BAD_REQUEST, content_type="text/plain")
    except services.Malformed:
        logger.warning("a webhook was signed and no event")
        return HttpResponse("not an event", status=HTTPStatus.BAD_REQUEST, content_type="text/plain")
    except Exception:  # whatever it was, the answer must be that it is sent again
        logger.exception("acting on a webhook failed; Stripe sends it again")
        return HttpResponse("try again", status=HTTPStatus.INTERNAL_SERVER_ERROR, content_type="text/plain")
    return HttpResponse("ok", content_type="text/plain")
