"""A stretch of a log with the snapshot that it begins from: enough to know any state in it.

Snapshots stand so that this always holds: within a chunk, `go` leads to a state of that very chunk. One that leads
further back gets a snapshot of its own, and so begins a new chunk.
"""

from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet

from generation.canvas import document as documents
from generation.canvas.commands import BadCommand, Command
from generation.canvas.document import Document
from generation.models import Canvas, Entry, Snapshot

GO = "go"


@dataclass(kw_only=True)
class Chunk:
    version: int
    """Of the snapshot."""
    head: int
    document: Document
    entries: list[Entry]
    next: int | None = None
    """Where redo leads from `head`, as of an entry's."""
    _states: dict[int, Document] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.commands: dict[int, Command] = {}
        self.parents: dict[int, int] = {}
        for entry in self.entries:
            self.note(entry.version, entry.parent, entry.command)

    def note(self, version: int, parent: int, command: Command) -> None:
        if command["do"] != GO:
            self.commands[version], self.parents[version] = command, parent

    def knows(self, node: int) -> bool:
        return node == self.head or node in self.parents

    def state(self, node: int) -> Document:
        """The document in that state: the caller's own, to be changed at will."""
        if not self.knows(node):
            raise BadCommand(f"state {node} is not in this part of the log")
        document = documents.copy_of(self.document)
        for version in documents.path_to(node, start=self.head, parents=self.parents):
            documents.apply(document, self.commands[version], version)
        return document

    def facts(self) -> dict[str, Any]:
        return {
            "snapshot": {
                "version": self.version,
                "head": self.head,
                "next": self.next,
                "document": self.document,
            },
            "entries": [entry_facts(entry) for entry in self.entries],
        }


def entry_facts(entry: Entry) -> dict[str, Any]:
    return {
        "version": entry.version,
        "id": str(entry.command_id),
        "parent": entry.parent,
        "next": entry.next,
        "at": entry.created.isoformat(),
        "command": entry.command,
    }


def last_chunk(canvas: Canvas) -> Chunk:
    """From the newest snapshot to the end. The end is the version that the caller's row says: what is appended at this
    moment, and may begin a chunk of its own, is left out."""
    snapshot = _snapshots(canvas).order_by("-version")[0]
    return _chunk(snapshot, _entries(canvas).filter(version__gt=snapshot.version))


def chunk_of(canvas: Canvas, node: int) -> Chunk:
    """The one in which a state was made, with the command that made it: so its parent is known there too."""
    before = _snapshots(canvas).filter(version__lt=max(node, 1)).order_by("-version")[0]
    after = _snapshots(canvas).filter(version__gt=before.version).order_by("version").first()
    entries = _entries(canvas).filter(version__gt=before.version)
    return _chunk(before, entries if after is None else entries.filter(version__lte=after.version))


def state_of(canvas: Canvas, version: int) -> Document:
    """What the canvas was after that many entries."""
    entry = Entry.objects.get(canvas=canvas, version=version)
    node = entry.command["to"] if entry.do == GO else version
    return chunk_of(canvas, node).state(node)


def _entries(canvas: Canvas) -> QuerySet[Entry]:
    return Entry.objects.filter(canvas=canvas, version__lte=canvas.version).order_by("version")


def _snapshots(canvas: Canvas) -> QuerySet[Snapshot]:
    return Snapshot.objects.filter(canvas=canvas, version__lte=canvas.version)


def _chunk(snapshot: Snapshot, entries: QuerySet[Entry]) -> Chunk:
    at_head = Entry.objects.filter(canvas=snapshot.canvas_id, version=snapshot.head)
    return Chunk(
        version=snapshot.version,
        head=snapshot.head,
        document=snapshot.document,
        entries=list(entries),
        next=at_head.values_list("next", flat=True).get(),
    )
