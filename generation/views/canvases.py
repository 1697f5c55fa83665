"""Canvases for a script: every answer is JSON or a picture.

What is said to the browser's queue (static/js/canvas/queue.js): the version afterwards; 409 with what is new; 422 with
`missing` patches; `stopped` with a sentence where sending again would not help; 503 where it would.
"""

import json
from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseBase, JsonResponse, StreamingHttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.services import PersonRequest
from billing.services import OutOfCredits
from generation import services
from generation.forms import ExportForm, FrameForm, RectangleForm, SourceForm, TileForm, id_of, number_of
from generation.services import canvases as acts
from generation.views.answers import stored_file

View = Callable[..., HttpResponse]

# Where trying again does not help: a word for the script, a status, a sentence for the person.
REFUSALS: dict[type[Exception], tuple[str, HTTPStatus, Any]] = {
    acts.InTrash: (
        "trash",
        HTTPStatus.GONE,
        gettext_lazy("This canvas is in the trash. Restore it and go on: what you drew since is kept."),
    ),
    acts.Full: (
        "full",
        HTTPStatus.UNPROCESSABLE_ENTITY,
        gettext_lazy("This canvas holds as many steps as one can. Go on in a new one: nothing is lost."),
    ),
    acts.BadCommand: (
        "refused",
        HTTPStatus.UNPROCESSABLE_ENTITY,
        gettext_lazy("This page is of another version than the site. Load it again: what you drew is kept."),
    ),
    acts.IdUsed: ("used", HTTPStatus.CONFLICT, gettext_lazy("There is such a canvas already. Try once more.")),
    acts.TooLarge: ("large", HTTPStatus.UNPROCESSABLE_ENTITY, gettext_lazy("That is more than can be shown at once.")),
    acts.TooManyExports: (
        "exports",
        HTTPStatus.TOO_MANY_REQUESTS,
        gettext_lazy("Some exports are being written already. Ask again when one of them is done."),
    ),
    acts.NothingToDraw: (
        "kept",
        HTTPStatus.UNPROCESSABLE_ENTITY,
        gettext_lazy(
            "Everything in the frame is kept, so there is nothing to draw. Erase a part, or move the frame over the "
            "border. You were not charged."
        ),
    ),
    services.NotVerified: (
        "unverified",
        HTTPStatus.FORBIDDEN,
        gettext_lazy("Confirm your e-mail address first: we sent you a link."),
    ),
    OutOfCredits: ("credits", HTTPStatus.PAYMENT_REQUIRED, gettext_lazy("You have no credits left.")),
    services.KeyUsed: ("used", HTTPStatus.CONFLICT, gettext_lazy("This was asked for already. Press once more.")),
}
# Their own words are for the person.
TOLD = (acts.BadPatch, acts.BadProject, services.BadLabel, services.BadOptions, services.BadSentence)


def for_script(view: View) -> View:
    """For somebody who is signed in; refusals as a script can show them, and no answer kept by anybody."""

    @wraps(view)
    def answering(request: PersonRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except acts.MissingPatches as missing:
            return JsonResponse({"missing": missing.patches}, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        except acts.NoRoom as refusal:
            return JsonResponse({"stopped": "room", "detail": str(refusal)}, status=HTTPStatus.INSUFFICIENT_STORAGE)
        except acts.NotStored:
            words = _("What you drew could not be stored at this moment. It is kept in this browser and sent again.")
            return JsonResponse({"detail": words}, status=HTTPStatus.SERVICE_UNAVAILABLE, headers={"Retry-After": "2"})
        except TOLD as refusal:
            return JsonResponse({"detail": str(refusal)}, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        except services.Busy:
            words = _("Too many pictures are being opened at this moment. It is tried again.")
            return JsonResponse({"detail": words}, status=HTTPStatus.SERVICE_UNAVAILABLE, headers={"Retry-After": "2"})
        except tuple(REFUSALS) as refusal:
            stopped, status, words = REFUSALS[type(refusal)]
            return JsonResponse({"stopped": stopped, "detail": str(words)}, status=status)

    return login_required(never_cache(answering))


@require_http_methods(["GET", "POST"])
@for_script
def canvases(request: PersonRequest) -> HttpResponse:
    if request.method == "POST":
        name, canvas_id = request.POST.get("name", ""), id_of(request.POST.get("id"))
        made = acts.create_canvas(person=request.user, name=name or _("Untitled"), canvas_id=canvas_id)
        return JsonResponse(acts.canvas_facts(made), status=HTTPStatus.CREATED)
    found = acts.canvases_of(person=request.user, before=request.GET.get("before"), trash="trash" in request.GET)
    return JsonResponse(found)


@require_GET
@for_script
def canvas_document(request: PersonRequest, canvas_id: UUID) -> HttpResponse:
    return JsonResponse(acts.open_canvas(person=request.user, canvas_id=canvas_id))


@require_GET
@for_script
def canvas_chunk(request: PersonRequest, canvas_id: UUID, node: int) -> HttpResponse:
    return JsonResponse(acts.chunk_before(person=request.user, canvas_id=canvas_id, node=node))


@require_http_methods(["GET", "POST"])
@for_script
def canvas_log(request: PersonRequest, canvas_id: UUID) -> HttpResponse:
    """What is new since a version; or new commands: `batch` as JSON, and each new patch as a file under its hash."""
    which: dict[str, Any] = {"person": request.user, "canvas_id": canvas_id}
    if request.method == "GET":
        return JsonResponse(acts.entries_since(**which, version=number_of(request.GET.get("after")) or 0))
    batch = _batch(request)
    try:
        return JsonResponse({"version": acts.append_batch(**which, batch=batch)})
    except acts.Stale:
        news = acts.entries_since(**which, version=batch.base)
        return JsonResponse({**news, "stale": True}, status=HTTPStatus.CONFLICT)


@require_GET
@for_script
def canvas_history(request: PersonRequest, canvas_id: UUID) -> HttpResponse:
    before = number_of(request.GET.get("before"))
    return JsonResponse(acts.history_page(person=request.user, canvas_id=canvas_id, before=before))


@require_POST
@for_script
def canvas_branch(request: PersonRequest, canvas_id: UUID) -> HttpResponse:
    """From a version; without one a duplicate."""
    made = acts.branch_from(
        person=request.user,
        canvas_id=canvas_id,
        version=number_of(request.POST.get("version")),
        branch_id=id_of(request.POST.get("id")),
        name=request.POST.get("name", ""),
    )
    return JsonResponse(acts.canvas_facts(made), status=HTTPStatus.CREATED)


@require_POST
@for_script
def canvas_name(request: PersonRequest, canvas_id: UUID) -> HttpResponse:
    name = request.POST.get("name", "")
    return JsonResponse(acts.canvas_facts(acts.rename_canvas(person=request.user, canvas_id=canvas_id, name=name)))


@require_POST
@for_script
def canvas_trash(request: PersonRequest, canvas_id: UUID) -> HttpResponse:
    return JsonResponse(acts.canvas_facts(acts.trash_canvas(person=request.user, canvas_id=canvas_id)))


@require_POST
@for_script
def canvas_restore(request: PersonRequest, canvas_id: UUID) -> HttpResponse:
    return JsonResponse(acts.canvas_facts(acts.restore_canvas(person=request.user, canvas_id=canvas_id)))


@require_POST
@for_script
def canvas_delete(request: PersonRequest, canvas_id: UUID) -> HttpResponse:
    acts.delete_canvas(person=request.user, canvas_id=canvas_id)
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


@require_POST
@for_script
def canvas_patches(request: PersonRequest, canvas_id: UUID) -> HttpResponse:
    """An own picture or upload, made ready to be placed: what the `place` command is to say of it."""
    acts.canvas_for(person=request.user, canvas_id=canvas_id)
    source = SourceForm(request.POST).source_of("source", request.user)
    return JsonResponse(acts.source_patch(person=request.user, source=source), status=HTTPStatus.CREATED)


@login_required
@require_GET
def canvas_patch(request: PersonRequest, canvas_id: UUID, sha256: str) -> HttpResponse:
    stored = acts.patch_file(person=request.user, canvas_id=canvas_id, sha256=sha256)
    return stored_file(stored, kind="image/png", name=f"{sha256[:12]}.png")


@require_GET
@login_required
@cache_control(private=True, max_age=31536000, immutable=True)
def canvas_picture(request: PersonRequest, canvas_id: UUID, version: int) -> HttpResponse:
    """A rectangle of the canvas at a version, or of one layer: for ever the same, so browsers keep it."""
    acts.canvas_for(person=request.user, canvas_id=canvas_id)
    form = RectangleForm(request.GET)
    try:
        png = acts.rectangle_png(person=request.user, canvas_id=canvas_id, version=version, **form.asked)
    except acts.TooLarge:
        return HttpResponse(status=HTTPStatus.UNPROCESSABLE_ENTITY)
    return HttpResponse(png, content_type="image/png")


@require_GET
@login_required
@cache_control(private=True, max_age=31536000, immutable=True)
def canvas_tile(request: PersonRequest, canvas_id: UUID, version: int) -> HttpResponse:
    """For ever the same, as above; 204 where nothing is."""
    try:
        asked = TileForm(request.GET).asked
        png = acts.tile_png(person=request.user, canvas_id=canvas_id, version=version, **asked)
    except acts.TooLarge:
        return HttpResponse(status=HTTPStatus.UNPROCESSABLE_ENTITY)
    return HttpResponse(png, content_type="image/png") if png else HttpResponse(status=HTTPStatus.NO_CONTENT)


@require_http_methods(["GET", "POST"])
@for_script
def canvas_frames(request: PersonRequest, canvas_id: UUID) -> HttpResponse:
    which: dict[str, Any] = {"person": request.user, "canvas_id": canvas_id}
    if request.method == "GET":
        return JsonResponse({"frames": acts.frames_of(**which)})
    acts.canvas_for(**which)
    form = FrameForm(request.POST)
    if not form.is_valid():
        return JsonResponse({"detail": form.words}, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    job = acts.start_frame(**which, **form.asked)
    return JsonResponse(services.snapshot(job), status=HTTPStatus.CREATED)


@require_POST
@for_script
def canvas_candidate(request: PersonRequest, canvas_id: UUID, job_id: UUID, picture_id: UUID) -> HttpResponse:
    ids: dict[str, Any] = {"canvas_id": canvas_id, "job_id": job_id, "picture_id": picture_id}
    return JsonResponse(acts.candidate_patch(person=request.user, **ids), status=HTTPStatus.CREATED)


@require_POST
@for_script
def canvas_frame_close(request: PersonRequest, canvas_id: UUID, job_id: UUID, closed: bool) -> HttpResponse:
    acts.close_frame(person=request.user, canvas_id=canvas_id, job_id=job_id, closed=closed)
    return JsonResponse({"closed": closed})


@require_POST
@for_script
def canvas_export(request: PersonRequest, canvas_id: UUID) -> HttpResponse:
    """Of all of it or, with a place, of a frame alone."""
    acts.canvas_for(person=request.user, canvas_id=canvas_id)
    form = ExportForm(request.POST)
    made = acts.start_canvas_export(person=request.user, canvas_id=canvas_id, **form.asked)
    return JsonResponse(acts.export_facts(made), status=HTTPStatus.CREATED)


@require_GET
@for_script
def canvas_exports(request: PersonRequest, canvas_id: UUID) -> HttpResponse:
    return JsonResponse(acts.canvas_exports(person=request.user, canvas_id=canvas_id), safe=False)


@login_required
@require_GET
@cache_control(private=True, no_store=True)
def canvas_export_file(request: PersonRequest, canvas_id: UUID, export_id: UUID) -> HttpResponseBase:
    which: dict[str, Any] = {"canvas_id": canvas_id, "export_id": export_id}
    found, name, portions = acts.open_canvas_export(person=request.user, **which)
    response = StreamingHttpResponse(portions, content_type="image/png")
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response["Content-Length"] = str(found.size)
    return response


@login_required
@require_GET
def canvas_preview(request: PersonRequest, canvas_id: UUID) -> HttpResponse:
    """The newest there is. Kept by browsers where it is what the address asks for."""
    stored, version = acts.preview_file(person=request.user, canvas_id=canvas_id)
    response = stored_file(stored, kind="image/webp", name=f"{canvas_id}.webp")
    if request.GET.get("v") != str(version):
        response["Cache-Control"] = "private, no-store"
    return response


@require_GET
@login_required
@cache_control(private=True, max_age=31536000, immutable=True)
def canvas_state(request: PersonRequest, canvas_id: UUID, version: int) -> HttpResponse:
    webp = acts.state_webp(person=request.user, canvas_id=canvas_id, version=version)
    return HttpResponse(webp, content_type="image/webp")


@login_required
@require_GET
@cache_control(private=True, no_store=True)
def canvas_project(request: PersonRequest, canvas_id: UUID) -> HttpResponseBase:
    name, portions = acts.project_file(person=request.user, canvas_id=canvas_id)
    response = StreamingHttpResponse(portions, content_type="application/zip")
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return response


@require_POST
@for_script
def canvas_import(request: PersonRequest) -> HttpResponse:
    file = request.FILES.get("project")
    if file is None:
        raise acts.BadProject(_("Choose a project file."))
    made = acts.import_project(person=request.user, file=file)
    return JsonResponse(acts.canvas_facts(made), status=HTTPStatus.CREATED)


@require_POST
@for_script
def canvas_keep(request: PersonRequest, canvas_id: UUID, job_id: UUID, picture_id: UUID) -> HttpResponse:
    ids: dict[str, Any] = {"canvas_id": canvas_id, "job_id": job_id, "picture_id": picture_id}
    return JsonResponse(services.picture_facts(acts.keep_candidate(person=request.user, **ids)))


def _batch(request: PersonRequest) -> acts.Batch:
    try:
        given = json.loads(request.POST.get("batch", ""))
        base, commands = given["base"], given["commands"]
    except (ValueError, TypeError, KeyError):
        raise acts.BadCommand("a batch is a base and commands") from None
    if isinstance(base, bool) or not isinstance(base, int) or not isinstance(commands, list) or base < 0:
        raise acts.BadCommand("a batch is a base and commands")
    files = {name: request.FILES.getlist(name)[0].read() for name in request.FILES}
    return acts.Batch(base=base, commands=commands, files=files)
