"""One example of every message: together the story of one fast, and of one workout, on one phone."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from msgspec import Raw
from msgspec.structs import replace

from channels.errors import Code, Refusal
from channels.wire.account import (
    AccountSignedOut,
    AccountSignedOutData,
    AccountSignOut,
    AccountSignOutData,
    AccountUpdate,
    AccountUpdated,
    AccountUpdateData,
    Person,
    PersonReply,
    PersonTime,
    Role,
    SandboxRate,
    SandboxRateData,
    SignOutReason,
    Tier,
)
from channels.wire.body import (
    Body,
    BodyReply,
    BodyUpdate,
    BodyUpdated,
    BodyUpdateData,
    BodyUpdatedData,
    Sex,
    Weighing,
)
from channels.wire.codec import encode
from channels.wire.connection import (
    Ack,
    AckData,
    Auth,
    AuthData,
    AuthReply,
    Clock,
    ClockReply,
    Connect,
    ConnectData,
    ConnectReply,
    Foreground,
    ForegroundData,
    Goodbye,
    GoodbyeData,
    Limits,
    Ping,
    PingNotice,
    PingNoticeData,
    Pong,
    Shed,
    ShedData,
    Subscribe,
    SubscribeData,
    SubscribeReply,
    TopicState,
    Unsubscribe,
    UnsubscribeData,
)
from channels.wire.envelope import Detail, Epoch, Nothing, Offset, Reply, Topic, UserId
from channels.wire.fasting import (
    FastingCompleted,
    FastingEnd,
    FastingEnded,
    FastingEventData,
    FastingSession,
    FastingSessionReply,
    FastingStart,
    FastingStartData,
    FastingStarted,
    FastingTick,
    FastingTickData,
    FastOutcome,
    FastStatus,
)
from channels.wire.quantity import Mass, MassUnit
from channels.wire.sample import (
    CadenceData,
    HeartRateData,
    PowerData,
    WorkoutCadence,
    WorkoutHeartRate,
    WorkoutPower,
    WorkoutSample,
    WorkoutSampleData,
)
from channels.wire.snapshot import UserSnapshot
from scripts.generate import exercise_examples, workout_asked, workout_told
from scripts.generate.asked import Asked

_USER: Final = UserId(UUID("019365a0-5c00-7a10-8f2e-0a6c1c7e9b11"))
_FAMILY: Final = UUID("019365a0-5c10-7c44-9a01-55c8a9e2d0f3")
_FAST: Final = UUID("019365a1-0b40-7e21-b3d9-7f20c41d6a58")
_CONNECTION: Final = UUID("019365a0-e000-7b02-a111-42b1d0c3e9aa")
_KEYS: Final = tuple(UUID(f"8f6c2a4e-7d51-4b0e-9c3f-0000000000{n:02}") for n in range(5))
_OWN: Final = Topic(f"user:{_USER}")
_ROOM: Final = Topic("workout:019365a2-77d0-7f33-8c58-1be2f0a4d9c6")
_SESSION: Final = UUID(_ROOM.partition(":")[2])
_TOKEN: Final = "eyJhbGciOiJSUzI1NiIsImtpZCI6IjEifQ.eyJzdWIiOiIwMTkzNjVhMCJ9.c2lnbmF0dXJl"  # noqa: S105 - no secret
_START: Final = datetime(2026, 11, 21, 19, 30, tzinfo=UTC)
_SENSED: Final = _START + timedelta(minutes=15)
_TARGET: Final = _START + timedelta(hours=16)
_END: Final = _TARGET + timedelta(minutes=12)

_RUNNING: Final = FastingSession(
    session_id=_FAST,
    protocol_id="16:8",
    started_at=_START,
    target_end_at=_TARGET,
    status=FastStatus.ACTIVE,
)
_COMPLETED: Final = replace(_RUNNING, target_reached_at=_TARGET, status=FastStatus.COMPLETED)
_ENDED: Final = replace(_COMPLETED, actual_end_at=_END, status=FastStatus.ENDED, outcome=FastOutcome.LATE)
_REAL_TIME: Final = PersonTime(real_at=_START, person_at=_START, rate=1.0)
_PERSON: Final = Person(
    user_id=_USER, name="Sam", time_zone="Europe/Berlin", role=Role.FREE, tier=Tier.FREE, time=_REAL_TIME
)
_SNAPSHOT: Final = TopicState(
    epoch=Epoch("7"), offset=Offset(41), snapshot=Raw(encode(UserSnapshot(person=_PERSON)))
)
_MASS: Final = Mass(value=Decimal("64.5"), unit=MassUnit.KG)
_BODY: Final = Body(
    birth_year=1990, sex=Sex.FEMALE, resting_heart_rate=58, weighing=Weighing(mass=_MASS, at=_END)
)
_RESUMED: Final = TopicState(epoch=Epoch("7"), offset=Offset(9), recovered=True)


COMMANDS: Final = (
    Asked(
        Connect(id=1, data=ConnectData(token=_TOKEN, device="phone-1", app="1.4.0", batch=True)),
        ConnectReply(
            connection=_CONNECTION,
            user=_USER,
            now=_START,
            rate=1.0,
            ping_seconds=25,
            token_expires_at=_START + timedelta(minutes=15),
            limits=Limits(
                message_bytes=65536,
                commands_waiting=32,
                commands_per_second=20.0,
                sockets_per_person=20,
                replay_events=300,
                replay_bytes=262144,
            ),
            topics={_OWN: _SNAPSHOT},
        ),
    ),
    Asked(
        Subscribe(id=2, data=SubscribeData(topic=_ROOM, position=("7", 4))),
        SubscribeReply(topics={_ROOM: _RESUMED}),
    ),
    Asked(Unsubscribe(id=3, data=UnsubscribeData(topic=_ROOM)), Nothing()),
    Asked(
        Auth(id=4, data=AuthData(token=_TOKEN)), AuthReply(token_expires_at=_START + timedelta(minutes=29))
    ),
    Asked(
        Clock(id=5), ClockReply(received_at=_START, sent_at=_START + timedelta(microseconds=180), rate=1.0)
    ),
    Asked(Ping(id=6), Nothing()),
    Asked(
        FastingStart(id=7, key=_KEYS[0], data=FastingStartData(protocol_id="16:8")),
        FastingSessionReply(session=_RUNNING),
        {_OWN: Offset(42)},
    ),
    Asked(FastingEnd(id=8, key=_KEYS[1], at=_END), FastingSessionReply(session=_ENDED), {_OWN: Offset(44)}),
    *workout_asked.commands(9),
    Asked(
        AccountUpdate(id=29, key=_KEYS[2], data=AccountUpdateData(time_zone="Europe/Berlin")),
        PersonReply(person=_PERSON),
        {_OWN: Offset(45)},
    ),
    Asked(
        AccountSignOut(id=30, key=_KEYS[3], data=AccountSignOutData(everywhere=True)),
        Nothing(),
        {_OWN: Offset(46)},
    ),
    Asked(
        SandboxRate(id=31, data=SandboxRateData(rate=3600)),
        PersonReply(person=replace(_PERSON, time=replace(_REAL_TIME, rate=3600.0))),
        {_OWN: Offset(47)},
    ),
    Asked(
        BodyUpdate(
            id=32,
            key=_KEYS[4],
            data=BodyUpdateData(birth_year=1990, sex=Sex.FEMALE, resting_heart_rate=58, mass=_MASS),
        ),
        BodyReply(body=_BODY),
        {_OWN: Offset(48)},
    ),
    *exercise_examples.COMMANDS,
)

REFUSED: Final = Reply(
    re=7,
    error=Refusal(
        code=Code.FAST_ACTIVE,
        details=(Detail(field="session", message="This fast is running.", value=_RUNNING),),
    ).error(),
)

SIGNALS: Final = (
    Ack(topic=_OWN, data=AckData(offset=42)),
    Foreground(data=ForegroundData(foreground=False)),
    Pong(),
    WorkoutSample(topic=_ROOM, data=WorkoutSampleData(heart_rate=142, cadence=84, power=210)),
)

EVENTS: Final = (
    FastingStarted(
        topic=_OWN, offset=Offset(42), at=_START, data=FastingEventData(session_id=_FAST, session=_RUNNING)
    ),
    FastingCompleted(
        topic=_OWN, offset=Offset(43), at=_TARGET, data=FastingEventData(session_id=_FAST, session=_COMPLETED)
    ),
    FastingEnded(
        topic=_OWN, offset=Offset(44), at=_END, data=FastingEventData(session_id=_FAST, session=_ENDED)
    ),
    *workout_told.USER_EVENTS,
    AccountUpdated(topic=_OWN, offset=Offset(45), at=_END, data=PersonReply(person=_PERSON)),
    AccountSignedOut(
        topic=_OWN,
        offset=Offset(46),
        at=_END,
        data=AccountSignedOutData(family_id=_FAMILY, reason=SignOutReason.SIGNED_OUT),
    ),
    BodyUpdated(topic=_OWN, offset=Offset(48), at=_END, data=BodyUpdatedData(user_id=_USER, body=_BODY)),
    *exercise_examples.EVENTS,
    *workout_told.WORKOUT_EVENTS,
)

STATES: Final = (
    FastingTick(
        topic=_OWN,
        of=str(_FAST),
        version=5512,
        data=FastingTickData(
            session_id=_FAST,
            elapsed_seconds=5512,
            remaining_seconds=52088,
            over_seconds=0,
            target_seconds=57600,
        ),
    ),
    workout_told.TICK,
    WorkoutHeartRate(
        topic=_ROOM,
        of=str(_USER),
        version=1795290300000,
        data=HeartRateData(session_id=_SESSION, at=_SENSED, heart_rate=142),
    ),
    WorkoutCadence(
        topic=_ROOM,
        of=str(_USER),
        version=1795290300000,
        data=CadenceData(session_id=_SESSION, at=_SENSED, cadence=84),
    ),
    WorkoutPower(
        topic=_ROOM,
        of=str(_USER),
        version=1795290300000,
        data=PowerData(session_id=_SESSION, at=_SENSED, power=210),
    ),
)

NOTICES: Final = (
    PingNotice(data=PingNoticeData(now=_END, heads={_OWN: Offset(44)})),
    Goodbye(data=GoodbyeData(spread_seconds=10)),
    Shed(data=ShedData(count=3)),
)
