"""Who may come in: the same sign-in as the Django admin's, and for everybody else there is nothing here."""

from collections.abc import Callable
from functools import wraps

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import cache_control

from moderation import services

View = Callable[..., HttpResponseBase]


def moderators_only(view: View) -> View:
    @wraps(view)
    def allowed(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect(f"{reverse('admin:login')}?{urlencode({'next': request.get_full_path()})}")
        if not services.may_review(request.user):
            raise Http404
        return view(request, *args, **kwargs)

    return cache_control(private=True, no_store=True)(allowed)
