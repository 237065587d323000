"""Notes, which everybody may add and follow.

A note is a row of its own beside its event, so that what commands did can be counted without the log.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from channels.decision import Decision, Moment
from channels.wire.envelope import Offset, Topic
from server.execution import Capability
from server.live.kinds import Facts, Reader
from server.noun import Noun
from server.nouns import NOUNS
from storage.commands import Claim, Claimed, claim
from storage.postgres import Link
from storage.records import Append, PersonRecord
from tests.faults.wire import Note, NoteAdd, NoteAdded, NoteData, NoteReply, NotesSnapshot

PREFIX: Final = "notes"
TABLE: Final = """
CREATE TABLE notes (note_id uuid PRIMARY KEY, topic text NOT NULL, key uuid NOT NULL, text text NOT NULL)
"""
_SAVE: Final = """
WITH saved AS (INSERT INTO notes (key, note_id, topic, text) VALUES ($2, $13, $14, $15))
SELECT commit_command($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
"""
_SNAPSHOTS: Final = """
SELECT w.topic, coalesce(h.head, 0) AS head,
    coalesce(convert_from(e.body, 'UTF8')::json -> 'data' -> 'note' ->> 'text', '') AS newest
FROM unnest($1::text[]) w (topic)
LEFT JOIN topic_heads h ON h.topic = w.topic
LEFT JOIN events e ON e.topic = w.topic AND e."offset" = h.head
"""

Row = tuple[UUID, str, str]
"""A note's id, topic and text."""


class NotesTopics:
    """The kind of `notes:{name}`."""

    async def read(self, link: Link, readers: Sequence[Reader]) -> dict[Reader, Facts]:
        """Read topics; nobody is refused."""
        rows = await link.fetch(_SNAPSHOTS, [reader.topic for reader in readers])
        facts = {
            row["topic"]: Facts(Offset(row["head"]), NotesSnapshot(count=row["head"], newest=row["newest"]))
            for row in rows
        }
        return {reader: facts[reader.topic] for reader in readers}

    def apply(self, snapshot: NotesSnapshot, event: NoteAdded) -> NotesSnapshot:
        """Fold an event into a snapshot."""
        return NotesSnapshot(count=snapshot.count + 1, newest=event.data.note.text)

    def tick(self, _snapshot: NotesSnapshot, _now: datetime) -> None:
        """Nothing runs here."""

    def phase(self, _snapshot: NotesSnapshot) -> None:
        """As above."""


async def load(link: Link, wanted: Claim, _command: NoteAdd) -> tuple[Claimed, None]:
    """Claim a command; it needs no state."""
    return await claim(link, wanted)


def decide(_person: PersonRecord, _state: None, command: NoteAdd, moment: Moment) -> Decision[Row]:
    """Add the note, whatever it says."""
    topic = Topic(command.data.topic)
    note = Note(note_id=moment.new_id, text=command.data.text)
    return Decision(
        data=NoteReply(note_id=note.note_id),
        saves=((note.note_id, topic, note.text),),
        events=(NoteAdded(topic=topic, at=moment.at, data=NoteData(note=note)),),
    )


async def save(link: Link, saves: tuple[Row, ...], append: Append) -> list[int]:
    """Save the note, and commit."""
    offsets: list[int] = await link.fetchval(_SAVE, *append.arguments(), *saves[0])
    return offsets


def register() -> None:
    """Make the house know the noun."""
    kind: Any = NotesTopics()  # its events and snapshots are none of the product's
    NOUNS.append(
        Noun(
            capabilities=(Capability(command=NoteAdd, load=load, decide=decide, save=save),),
            kinds={PREFIX: kind},
        )
    )
