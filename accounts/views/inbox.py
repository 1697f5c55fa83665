"""What the site had to tell a person."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET, require_POST

from accounts import services
from accounts.services import PersonRequest


@login_required
@require_GET
@cache_control(private=True, no_store=True)
def inbox(request: PersonRequest) -> HttpResponse:
    page = services.messages_page(person=request.user, before=request.GET.get("before"))
    return render(request, "accounts/inbox.html", {"page": page, "further": "before" in request.GET})


@login_required
@require_GET
@cache_control(private=True, no_store=True)
def message(request: PersonRequest, message_id: int) -> HttpResponse:
    """Opened, it is read."""
    return render(
        request, "accounts/message.html", {"letter": services.read(person=request.user, message_id=message_id)}
    )


@login_required
@require_POST
def read_all(request: PersonRequest) -> HttpResponse:
    services.mark_all_read(person=request.user)
    return redirect("inbox")
