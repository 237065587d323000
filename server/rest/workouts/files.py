"""Workouts as files: out of those of other tools, and into those that belong to the person."""

from collections.abc import Iterable
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.response import Stream
from msgspec import UNSET
from msgspec.structs import replace

from channels.account import TIME_ZONES
from channels.errors import Code, Refusal, Refused, invalid
from channels.topics import user_topic
from channels.workouts import exports
from channels.workouts.imports.reading import MOST_BYTES
from channels.workouts.imports.report import ImportedWorkout
from server.clock import monotonic
from server.execution import Actor
from server.rest.call import AnyRequest, Call
from server.rest.contract import promises
from server.rest.days import begin_of, end_of
from server.rest.workouts import file_contracts as contracts
from server.rest.workouts.exporting import exported
from server.rest.workouts.file_answers import ExportQuery, FileForm, Import, ImportAnswer, ImportQuery
from server.rest.workouts.importing import Unsaid, log_all
from storage.exercises import library
from storage.postgres import linked
from storage.training import WorkoutFilter
from storage.workouts import known

_MOST_SECONDS: Final = 40
"""How long workouts are logged before the answer: proxies give up after a minute."""
_FORMS: Final = {FileForm.CSV: exports.CSV, FileForm.JSON: exports.JSON}


class WorkoutFilesController(Controller):
    """Import and export."""

    path = "/workouts"
    tags = ("Workouts",)

    @post(
        "/import",
        status_code=200,
        request_max_body_size=MOST_BYTES,
        operation_id="importWorkouts",
        summary="Import a file of workouts",
        opt=promises(contracts.IMPORT),
    )
    async def bring_in(self, request: AnyRequest, call: NamedDependency[Call]) -> ImportAnswer:
        """The CSV that Strong or Hevy exports, as it is, or one of `exportWorkouts`; up to 8 MiB.

        Each workout is the command `workout:log` under a key that follows from the person, the tool, the moment by the
        clock on the wall and the name. So a file that comes again, or a newer one that has the same workouts in it, adds
        what is missing and nothing else. Exercises are those of the library where their names say so without a doubt,
        else one's own (`unmatched`). No records are told of what was imported: it is no news; they count all the same.
        """
        unsaid = _unsaid(call)
        media_type, _ = request.content_type
        if media_type.lower() != exports.CSV.media_type:
            raise Refused(Refusal(code=Code.UNSUPPORTED_MEDIA))
        parts, identity = call.parts, call.identity
        await parts.limiter.check_file(identity.user_id)
        async with parts.imports.taken(identity.user_id):
            content = await request.body()
            async with linked(parts.database) as link:
                exercises = await library(link)
            found = await parts.imports.read(content, unsaid, exercises)
            async with linked(parts.database) as link:
                there = await known(link, identity.user_id, _ids(found.workouts))
            end = monotonic() + _MOST_SECONDS
            done = await log_all(
                parts.executor,
                Actor(user_id=identity.user_id, family_id=identity.family_id),
                found.workouts,
                there,
                lambda: monotonic() > end or parts.draining(),
            )
        made = Import(
            file=found.report,
            added=done.added,
            already_there=done.already_there,
            left=done.left,
            refused=done.refused,
        )
        positions = {} if done.head is None else {user_topic(identity.user_id): done.head}
        return ImportAnswer(data=made, meta=call.meta(positions=positions))

    @get(
        "/export",
        operation_id="exportWorkouts",
        summary="Export the workouts",
        response_description="The finished workouts, the newest first.",
        opt=promises(contracts.EXPORT),
    )
    async def take_out(self, call: NamedDependency[Call]) -> Stream:
        """All finished workouts with all their sets: a row a set for spreadsheets, a document a workout for programs.

        Masses and distances are as they were entered, and in kg and metres beside that. In the CSV a text that a
        spreadsheet would take for a formula begins with an apostrophe.
        """
        asked: ExportQuery = call.asked
        identity, form = call.identity, _FORMS[asked.format]
        await call.parts.limiter.check_file(identity.user_id)
        zone = ZoneInfo(identity.time_zone)
        pieces = await exported(call.parts.database, identity.user_id, _wanted(asked, zone), form)
        name = f"cornerman-workouts-{call.parts.now().astimezone(zone).date()}.{asked.format}"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Stream(pieces, media_type=form.media_type, headers=headers)


def _ids(workouts: Iterable[ImportedWorkout]) -> list[UUID]:
    """Return by which ids the person may have workouts already."""
    return [id_ for one in workouts for id_ in (one.key, one.known_as) if id_ is not None]


def _unsaid(call: Call) -> Unsaid:
    asked: ImportQuery = call.asked
    zone = call.identity.time_zone if asked.time_zone is UNSET else asked.time_zone
    if zone not in TIME_ZONES:
        raise Refused(invalid("time_zone", "must be a name of the IANA time zone database, as Europe/Berlin"))
    return Unsaid(
        user_id=call.identity.user_id,
        zone=ZoneInfo(zone),
        now=call.parts.now(),
        mass_unit=None if asked.mass_unit is UNSET else asked.mass_unit,
        length_unit=None if asked.length_unit is UNSET else asked.length_unit,
    )


def _wanted(asked: ExportQuery, zone: ZoneInfo) -> WorkoutFilter:
    wanted = WorkoutFilter()
    if asked.since is not UNSET:
        wanted = replace(wanted, since=begin_of(asked.since, zone))
    if asked.until is not UNSET:
        wanted = replace(wanted, until=end_of(asked.until, zone))
    return wanted
