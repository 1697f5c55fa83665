from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from tests.bench.bare.models import Row


@require_POST
def write_row(request: HttpRequest) -> HttpResponse:
    """The least that a view can do and still have written something: behind the same middleware, in the same server."""
    Row(prompt=request.POST["prompt"]).save()
    return HttpResponse(status=201)
