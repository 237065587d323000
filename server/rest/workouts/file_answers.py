"""What operations on files of workouts are asked and what they answer."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from channels.errors import Code
from channels.wire.account import TimeZoneName
from channels.wire.quantity import LengthUnit, MassUnit
from channels.workouts.imports.report import Report
from server.rest.envelope import Success
from server.rest.workouts.answers import Since, Until


class ImportQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the file does not say itself."""

    time_zone: (
        Annotated[TimeZoneName, Meta(description="The IANA time zone of its moments; else the person's.")]
        | UnsetType
    ) = UNSET
    mass_unit: (
        Annotated[MassUnit, Meta(description="The unit of masses that have none in the file.")] | UnsetType
    ) = UNSET
    length_unit: (
        Annotated[LengthUnit, Meta(description="The unit of distances that have none in the file.")]
        | UnsetType
    ) = UNSET


class FileForm(StrEnum):
    """The form of a file: for spreadsheets, or for programs."""

    CSV = "csv"
    JSON = "json"


class ExportQuery(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"since": "from", "until": "to"}
):
    """Which workouts, and in what form."""

    format: Annotated[FileForm, Meta(description="For spreadsheets, or for programs.")] = FileForm.CSV
    since: Since | UnsetType = UNSET
    until: Until | UnsetType = UNSET


class RefusedWorkout(Struct, frozen=True, kw_only=True):
    """A workout that could not be added: the line of its first row, and why."""

    line: int
    name: str
    started_at: datetime
    code: Code
    message: str


class Import(Struct, frozen=True, kw_only=True):
    """What was made of a file, and what became of its workouts.

    `already_there` were added before, also if they were thrown away since; `left` are those that there was no time for:
    the same file again goes on with them.
    """

    file: Report
    added: int
    already_there: int
    left: int
    refused: tuple[RefusedWorkout, ...]


class ImportAnswer(Success[Import], frozen=True, kw_only=True):
    """What was made of a file, and what became of its workouts."""
