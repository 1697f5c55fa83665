"""A branch: a canvas of its own whose log begins as another's did, up to some version.

The log is copied, not shared: a row is small, and afterwards neither of the two can reach into the other. Patches are
shared, since nobody changes one.
"""

from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.http import Http404
from django.utils.translation import gettext as _

from accounts.models import Person
from generation.models import Canvas, Entry, PatchUse, Snapshot
from generation.services.canvases.access import IdUsed, canvas_for, check_number
from generation.services.canvases.chunks import GO, state_of
from generation.services.canvases.previews import preview_due
from generation.services.labels import NAME_LIMIT, clean_line

PORTION = 1000


def branch_from(
    *,
    person: Person,
    canvas_id: UUID,
    version: int | None = None,
    branch_id: UUID | None = None,
    name: str = "",
) -> Canvas:
    """As it was after that many entries; without a version a duplicate. The same id again gives the same branch.

    One in the trash may be branched too: whoever still has strokes for it keeps them so.
    """
    canvas = canvas_for(person=person, canvas_id=canvas_id, in_trash=True)
    branch_id = branch_id or uuid4()
    if (known := _known(person, branch_id, canvas, version)) is not None:
        return known
    version = canvas.version if version is None else version
    if not 0 <= version <= canvas.version:
        raise Http404
    check_number(person)
    given = clean_line(name, field="name") or _("%(name)s, branch") % {"name": canvas.name}
    branch = Canvas(pk=branch_id, person=person, name=given[:NAME_LIMIT], parent=canvas, parent_version=version)
    try:
        with transaction.atomic():
            branch.save(force_insert=True)
            _copy(canvas, branch, version)
    except IntegrityError:
        # The id is somebody's, or came at this very moment from a second tab.
        known = _known(person, branch_id, canvas, version)
        if known is None:
            raise IdUsed from None
        return known
    return branch


def _known(person: Person, branch_id: UUID, canvas: Canvas, version: int | None) -> Canvas | None:
    known = Canvas.objects.filter(person=person, pk=branch_id).first()
    if known is not None and (known.parent_id != canvas.pk or version not in (None, known.parent_version)):
        raise IdUsed
    return known


def _copy(canvas: Canvas, branch: Canvas, version: int) -> None:
    nexts: dict[int, int] = {}
    parents: dict[int, int] = {}
    head = 0
    copied = Entry.objects.filter(canvas=canvas, version__lte=version).order_by("version")
    # What was entered last from each state, as it stood then: the original has gone on since.
    for number, do, parent, to in copied.values_list("version", "do", "parent", "command__to"):
        if number == 0:
            continue
        head = to if do == GO else number
        if do != GO:
            parents[number] = parent
        if head != 0:
            nexts[parents[head]] = head
    for begin in range(0, version + 1, PORTION):
        portion = list(copied.filter(version__gte=begin, version__lt=begin + PORTION))
        for entry in portion:
            entry.pk, entry.canvas, entry.next = None, branch, nexts.get(entry.version)
        Entry.objects.bulk_create(portion)
    snapshots = list(Snapshot.objects.filter(canvas=canvas, version__lte=version))
    for snapshot in snapshots:
        snapshot.pk, snapshot.canvas = None, branch
    if snapshots[-1].version < version:
        snapshots.append(Snapshot(canvas=branch, version=version, head=head, document=state_of(canvas, version)))
    Snapshot.objects.bulk_create(snapshots)
    # All that the original uses, even what was drawn later: a few too many for as long as the branch lives.
    uses = PatchUse.objects.filter(canvas=canvas).values_list("patch_id", flat=True)
    PatchUse.objects.bulk_create([PatchUse(canvas=branch, patch_id=patch) for patch in uses])
    branch.version, branch.head, branch.preview_due = version, head, preview_due()
    branch.save(update_fields=["version", "head", "preview_due"])
