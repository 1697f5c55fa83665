"""Sentences that a person keeps."""

from http import HTTPStatus

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.services import PersonRequest
from generation import services
from generation.views.answers import by_script, done


@login_required
@require_POST
def prompts(request: PersonRequest) -> HttpResponse:
    try:
        services.save_prompt(person=request.user, sentence=request.POST.get("prompt", ""))
    except services.BadSentence as refusal:
        if by_script(request):
            return JsonResponse({"detail": str(refusal)}, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        return redirect("prompt")
    return shelf(request) if by_script(request) else redirect("prompt")


@login_required
@require_POST
def prompt_delete(request: PersonRequest, prompt_id: int) -> HttpResponse:
    sentence = services.delete_prompt(person=request.user, prompt_id=prompt_id)
    return done(request, "prompt-deleted", {"sentence": sentence}, back=reverse("prompt"))


def shelf(request: PersonRequest) -> HttpResponse:
    """The list as it is now, for the page that has the old one."""
    context = {"saved": services.saved_prompts(person=request.user)}
    return render(request, "generation/_saved.html", context, status=HTTPStatus.CREATED)
