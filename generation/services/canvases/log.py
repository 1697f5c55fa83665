"""Taking what was drawn into the log: all of a batch or nothing, each command once, and only behind what its sender
has seen. Nothing is merged: who draws on an older version is told, and follows or branches. (decision 40)"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import Http404
from django.utils import timezone

from accounts.models import Person
from generation import events
from generation.canvas import commands, document
from generation.canvas.commands import BadCommand, Command
from generation.models import Canvas, Entry, Snapshot
from generation.services.canvases.access import InTrash, canvas_to_draw_on
from generation.services.canvases.chunks import GO, Chunk, last_chunk
from generation.services.canvases.patches import store_patches, use_patches
from generation.services.canvases.previews import preview_due

MOST_COMMANDS = 64
# Of one canvas; then a new one is begun from how it looks.
MOST_ENTRIES = 100_000
SNAPSHOT_EVERY = 256

Told = list[tuple[UUID, Command]]


class Stale(Exception):
    """Somebody else was first. What is new since `base` is for the reader to fetch."""

    def __init__(self, *, base: int, version: int) -> None:
        self.base, self.version = base, version


class Full(Exception):
    """The log is as long as a log may be. Nothing is lost: a branch from how it looks begins a new one."""


@dataclass(frozen=True, kw_only=True)
class Batch:
    """What a browser sends: the version that it has seen, what was drawn since, and the files of new patches."""

    base: int
    commands: Sequence[Any]
    files: Mapping[str, bytes] = field(default_factory=dict)


def append_batch(*, person: Person, canvas_id: UUID, batch: Batch) -> int:
    """The version afterwards. The same batch again changes nothing and is answered alike, as long as it is the last;
    behind others' commands it is Stale, and what came of it stands among what is new."""
    canvas = canvas_to_draw_on(person=person, canvas_id=canvas_id)
    told = [commands.read(given) for given in batch.commands]
    if len(told) > MOST_COMMANDS:
        raise BadCommand(f"a batch has at most {MOST_COMMANDS} commands")
    # Before the transaction: opening files takes a while, and a stored patch that nobody names harms nobody.
    store_patches(person=person, files=batch.files)
    with transaction.atomic():
        _lock(canvas)
        base, fresh = _what_is_new(canvas, batch.base, told)
        if base != canvas.version:
            raise Stale(base=base, version=canvas.version)
        if fresh:
            _append(canvas, fresh)
            events.canvas_changed(person_id=person.pk, canvas_id=canvas.pk, version=canvas.version)
    return canvas.version


def append_all(canvas: Canvas, told: Told) -> None:
    """A whole log onto a new canvas that nobody else has heard of, in a transaction of the caller's."""
    for begin in range(0, len(told), MOST_COMMANDS):
        _append(canvas, told[begin : begin + MOST_COMMANDS])


def _lock(canvas: Canvas) -> None:
    """Its row is the lock: whichever of two tabs comes second sees what the first one left."""
    Canvas.objects.filter(pk=canvas.pk).update(changed=timezone.now())
    found = Canvas.objects.filter(pk=canvas.pk).first()
    if found is None:
        raise Http404  # deleted for good while the batch was on its way
    if found.trashed_at is not None:
        raise InTrash
    canvas.version, canvas.head = found.version, found.head


def _what_is_new(canvas: Canvas, base: int, told: Told) -> tuple[int, Told]:
    """The batch may have come before, its answer lost: what the log holds of its beginning is done."""
    if base > canvas.version:
        raise Stale(base=canvas.version, version=canvas.version)
    known = Entry.objects.filter(canvas=canvas, version__gt=base).order_by("version")
    done = 0
    for entry_id, (command_id, _) in zip(known.values_list("command_id", flat=True)[: len(told)], told, strict=False):
        if entry_id != command_id:
            break
        done += 1
    ids = {command_id for command_id, _ in told[done:]}
    if len(ids) < len(told) - done:
        raise BadCommand("two commands of a batch have one id")
    if Entry.objects.filter(canvas=canvas, command_id__in=ids).exists():
        # Sent again, but not behind where it stands: from a browser that has not heard of its own.
        raise Stale(base=base + done, version=canvas.version)
    return base + done, told[done:]


def _append(canvas: Canvas, fresh: Told) -> None:
    if canvas.version + len(fresh) > MOST_ENTRIES:
        raise Full
    use_patches(canvas, [patch for _, command in fresh for patch in commands.patches_of(command)])
    writing = _Writing(canvas)
    for command_id, command in fresh:
        writing.take(command_id, command)
    writing.save()


class _Writing:
    """One batch on its way into the log."""

    def __init__(self, canvas: Canvas) -> None:
        self.canvas = canvas
        self.chunk: Chunk = last_chunk(canvas)
        self.document: document.Document | None = None
        self.entries: list[Entry] = []
        self.nexts: dict[int, int] = {}
        self.snapshots: list[Snapshot] = []

    def take(self, command_id: UUID, command: Command) -> None:
        canvas, version = self.canvas, self.canvas.version + 1
        box = commands.box_of(command)
        where = dict(zip(("left", "top", "right", "bottom"), box, strict=True)) if box else {}
        entry = Entry(
            canvas=canvas,
            version=version,
            command_id=command_id,
            do=command["do"],
            parent=canvas.head,
            command=command,
            **where,
        )
        if entry.do == GO:
            self._go(command["to"])
        else:
            # Kept while drawing goes on from it; after a `go` it is made anew where it is wanted.
            self.document = self.document or self.chunk.state(canvas.head)
            document.apply(self.document, command, version)
            self.nexts[canvas.head] = canvas.head = version
        self.entries.append(entry)
        canvas.version = version
        self.chunk.note(version, entry.parent, command)
        if not self.chunk.knows(canvas.head) or version - self.chunk.version >= SNAPSHOT_EVERY:
            self._snapshot()

    def _go(self, to: int) -> None:
        if to == self.canvas.head:
            raise BadCommand(f"state {to} is where the canvas is")
        if to != 0:
            self.nexts[self._parent_of(to)] = to
        self.canvas.head, self.document = to, None

    def _parent_of(self, node: int) -> int:
        if node in self.chunk.parents:
            return self.chunk.parents[node]
        mine = next((entry for entry in self.entries if entry.version == node), None)
        found = mine or Entry.objects.filter(canvas=self.canvas, version=node).first()
        if found is None or found.do == GO:
            raise BadCommand(f"there is no state {node}")
        return found.parent

    def _snapshot(self) -> None:
        """Of where the canvas is now; a new chunk begins from it."""
        head, version = self.canvas.head, self.canvas.version
        if self.document is not None:
            now = self.document
        elif self.chunk.knows(head):
            now = self.chunk.state(head)
        else:
            now = self._earlier(head)
        self.snapshots.append(Snapshot(canvas=self.canvas, version=version, head=head, document=document.copy_of(now)))
        self.chunk = Chunk(version=version, head=head, document=document.copy_of(now), entries=[])

    def _earlier(self, head: int) -> document.Document:
        """A state that lies before the last chunk. Of this very batch, what is not saved yet is read as if it were."""
        known: Snapshot | None = Snapshot.objects.filter(canvas=self.canvas, version__lt=max(head, 1)).last()
        assert known is not None
        mine = [snapshot for snapshot in self.snapshots if snapshot.version < head]
        known = mine[-1] if mine else known
        saved = Entry.objects.filter(canvas=self.canvas, version__gt=known.version, version__lte=head)
        entries = [*saved, *(entry for entry in self.entries if known.version < entry.version <= head)]
        chunk = Chunk(version=known.version, head=known.head, document=known.document, entries=entries)
        return chunk.state(head)

    def save(self) -> None:
        for entry in self.entries:
            entry.next = self.nexts.pop(entry.version, None)
        Entry.objects.bulk_create(self.entries)
        for version, to in self.nexts.items():
            Entry.objects.filter(canvas=self.canvas, version=version).update(next=to)
        Snapshot.objects.bulk_create(self.snapshots)
        Canvas.objects.filter(pk=self.canvas.pk).update(
            version=self.canvas.version, head=self.canvas.head, preview_due=preview_due()
        )
