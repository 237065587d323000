"""What happens, said in one line."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec
import pytest

from channels.wire.codec import encode
from channels.wire.registry import tag
from cornerman_client.errors import CommandRefused, Ended, QueueFull, Unanswered
from cornerman_client.frames import Event, UnknownEvent
from cornerman_client.topics import Snapshot
from cornerman_client.types import EVENT_TYPES, Person, PersonTime, Role, Tier, UserSnapshot
from scripts.generate import examples
from server.cli.live.words import Lines, Link, line, link, refusal

AT = datetime(2026, 11, 21, 19, 0, tzinfo=UTC)
SESSION = {
    "session_id": str(UUID(int=1)),
    "protocol_id": "16:8",
    "started_at": "2026-11-21T03:00:00Z",
    "target_end_at": "2026-11-21T19:00:00Z",
    "status": "active",
}
ENDED = SESSION | {"actual_end_at": "2026-11-21T20:30:00Z", "status": "ended", "outcome": "on_time"}
TIME = {"real_at": "2026-11-21T00:00:00Z", "person_at": "2026-11-21T00:00:00Z", "rate": 600.0}
PERSON = {
    "user_id": str(UUID(int=2)),
    "name": "Ann",
    "time_zone": "UTC",
    "role": "free",
    "tier": "free",
    "time": TIME,
}
EVENTS = {
    "fasting:started": (
        {"session_id": SESSION["session_id"], "session": SESSION},
        "A 16:8 fast began; its target is 19:00.",
    ),
    "fasting:completed": (
        {"session_id": SESSION["session_id"], "session": SESSION},
        "The target is reached; the fast counts over.",
    ),
    "fasting:ended": (
        {"session_id": SESSION["session_id"], "session": ENDED},
        "The fast ended after 17:30:00, on time.",
    ),
    "account:updated": ({"person": PERSON}, "Time now runs x 600."),
    "account:signed_out": ({"reason": "suspended"}, "Signed out (suspended)."),
}
TRAINING = {
    "routine:saved": "The routine Legs, heavy is kept.",
    "routine:deleted": "A routine is deleted.",
    "exercise:saved": "The exercise Sandbag over shoulder is kept.",
    "exercise:deleted": "An exercise is deleted.",
    "exercise:marked": "What is thought of an exercise is changed.",
    "training:profile_changed": "What is trained with is changed.",
    "workout:started": "Legs, heavy began.",
    "workout:finished": "Legs, heavy is finished: 00:48:00, 1 set, 512.5 kg.",
    "workout:corrected": "Legs, heavy was corrected.",
    "workout:discarded": "A workout was thrown away.",
    "workout:record": "A record: Barbell Squat, heaviest 102.5 kg.",
    "workout:record_withdrawn": "No record after all: Barbell Squat, heaviest 102.5 kg.",
    "body:updated": "What is known of the body is changed.",
    "workout:set_logged": "Barbell Squat 102.5 kg x 5, RPE 8.",
    "workout:set_edited": "Mended: Barbell Squat 102.5 kg x 5, RPE 8.",
    "workout:set_deleted": "Taken back: Barbell Squat 102.5 kg x 5, RPE 8.",
    "workout:plan_changed": "The plan is changed.",
    "workout:paused": "All clocks stand.",
    "workout:resumed": "All clocks go on.",
    "workout:clock_set": "The interval clock is set anew.",
    "workout:rest_set": "Rest until 07:08:30.",
    "workout:rest_over": "The rest is over. Next is Barbell Squat.",
    "workout:interval": "Work, 20 s.",
    "workout:ended": "The workout is finished.",
}
"""What is said of the examples of the wire."""


@pytest.mark.parametrize("type_", EVENT_TYPES)
def test_every_event_has_its_line(type_: str) -> None:
    if type_ in EVENTS:
        data, words = EVENTS[type_]
        raw = {"type": type_, "topic": "user:1", "offset": 7, "at": AT, "data": data}
        event: Event = msgspec.convert(raw, EVENT_TYPES[type_])
    else:
        words = TRAINING[type_]
        example = next(each for each in examples.EVENTS if tag(type(each)) == type_)
        raw = msgspec.json.decode(encode(example)) | {"offset": 7, "at": AT.isoformat()}
        event = msgspec.convert(raw, EVENT_TYPES[type_])
    assert line(event, AT, UTC) == f"19:00:00  {words}  #7"


def test_an_event_that_this_version_does_not_know_is_a_line_too() -> None:
    unknown = UnknownEvent(topic="user:1", offset=8, at=AT, type="streak:kept")
    assert line(unknown, AT, UTC) == "19:00:00  streak:kept  #8"


def test_a_snapshot_says_where_the_log_was_joined() -> None:
    real = PersonTime(real_at=AT, person_at=AT, rate=1.0)
    person = Person(
        user_id=UUID(int=2), name="Ann", time_zone="UTC", role=Role.FREE, tier=Tier.FREE, time=real
    )
    snapshot = Snapshot(topic="user:1", offset=41, facts=UserSnapshot(person=person))
    for now in (AT, None):
        assert [each.strip() for each in Lines(UTC).of(snapshot, now)] == ["Joined at event 41."]


def test_a_target_that_is_not_today_is_told_with_its_day() -> None:
    session = SESSION | {"started_at": "2026-11-21T19:00:00Z", "target_end_at": "2026-11-22T11:00:00Z"}
    data = {"session_id": SESSION["session_id"], "session": session}
    raw = {"type": "fasting:started", "topic": "user:1", "offset": 7, "at": AT, "data": data}
    event: Event = msgspec.convert(raw, EVENT_TYPES["fasting:started"])
    assert "its target is tomorrow 11:00." in line(event, AT, UTC)
    assert "its target is Sun 22 Nov 11:00." in line(event, AT + timedelta(days=3), UTC)


def test_the_day_stands_before_what_is_of_another_one() -> None:
    lines = Lines(UTC)

    def told(days: int, now: datetime | None) -> list[str]:
        event = UnknownEvent(topic="user:1", offset=8, at=AT + timedelta(days=days), type="streak:kept")
        return [text.partition("  ")[0] for text in lines.of(event, now)]

    assert told(0, None) == ["19:00:00"]
    assert told(0, AT) == ["19:00:00"]
    assert told(1, AT + timedelta(days=1)) == ["── Sun 22 Nov ──", "19:00:00"]
    assert told(1, AT + timedelta(days=1)) == ["19:00:00"]


def test_what_was_missed_yesterday_is_told_under_its_day() -> None:
    missed = UnknownEvent(topic="user:1", offset=8, at=AT, type="streak:kept")
    today = msgspec.structs.replace(missed, offset=9, at=AT + timedelta(days=1))
    lines = Lines(UTC)
    told = [text for event in (missed, today) for text in lines.of(event, today.at)]
    assert [text.partition("  ")[0] for text in told] == [
        "── Sat 21 Nov ──",
        "19:00:00",
        "── Sun 22 Nov ──",
        "19:00:00",
    ]


@pytest.mark.parametrize(
    ("online", "returns_in", "ended", "rate", "expected"),
    [
        (True, None, None, 1.0, Link("connected, clock ±12 ms", "good")),
        (True, None, None, 600.0, Link("connected, clock ±0 ms, time x 600", "good")),
        (False, 3.4, None, 1.0, Link("reconnecting in 3 s", "waiting")),
        (False, 0.2, None, 1.0, Link("connecting…", "waiting")),
        (False, None, None, 1.0, Link("connecting…", "waiting")),
        (
            False,
            None,
            Ended(4503, "signed out", "Show the sign-in page."),
            1.0,
            Link("ended: signed out", "bad"),
        ),
        (False, None, Ended(4505, "", ""), 1.0, Link("ended: 4505", "bad")),
    ],
)
def test_the_connection_is_good_waiting_or_bad(
    online: bool,  # noqa: FBT001 - a row of the table
    returns_in: float | None,
    ended: Ended | None,
    rate: float,
    expected: Link,
) -> None:
    assert link(online=online, returns_in=returns_in, ended=ended, clock_error=0.012, rate=rate) == expected


def test_refusals_are_said_in_the_servers_words() -> None:
    key = UUID(int=3)
    assert (
        refusal(CommandRefused("FAST_001", "A fast is already running.", key=key))
        == "A fast is already running."
    )
    assert refusal(Unanswered(key)).startswith("No answer yet")
    assert "256" in refusal(QueueFull(256))


def test_an_end_after_a_while_is_told_without_an_outcome_that_is_not_known() -> None:
    session = {name: value for name, value in ENDED.items() if name != "outcome"}
    raw = {"topic": "user:1", "offset": 1, "type": "fasting:ended", "at": AT + timedelta(hours=1)}
    raw["data"] = {"session_id": SESSION["session_id"], "session": session}
    event: Event = msgspec.convert(raw, EVENT_TYPES["fasting:ended"])
    assert "The fast ended after 17:30:00." in line(event, AT, UTC)
