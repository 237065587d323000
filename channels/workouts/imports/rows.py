"""What a tool's file says in one row, and how it is read: which columns there are is the tool's, the rest is alike."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Final, TypeVar
from uuid import UUID

from msgspec import Struct

from channels.wire.quantity import Length, LengthUnit, Mass, MassUnit
from channels.wire.routine import SetKind
from channels.wire.workout import Side
from channels.workouts.imports import cells as written
from channels.workouts.imports.dates import moment
from channels.workouts.imports.reading import Flaw, Record, Table, plain
from channels.workouts.imports.report import Reason
from channels.workouts.matching import Names

Value = TypeVar("Value")
_SHOWN: Final = 100


class Importer(Struct, frozen=True, kw_only=True):
    """Who imports a file, and what it does not say itself.

    Moments in it are of the zone; numbers without units are in `mass_unit` and `length_unit`. What is later than `now`
    is not taken. Where a unit is not known here either, a file that needs it is not read.
    """

    user_id: UUID
    zone: tzinfo
    now: datetime
    names: Names
    mass_unit: MassUnit | None = None
    length_unit: LengthUnit | None = None


class Row(Struct, frozen=True, kw_only=True, gc=False):
    """A set as it stands in a file, with what the same row says of its exercise and of the whole workout.

    `known_as` is the workout's id where the file was written from.
    """

    line: int
    start: datetime
    workout: str
    exercise: str
    end: datetime | None = None
    duration: int | None = None
    kind: SetKind = SetKind.WORKING
    mass: Mass | None = None
    reps: int | None = None
    seconds: int | None = None
    distance: Length | None = None
    rpe: float | None = None
    side: Side | None = None
    note: str = ""
    exercise_note: str = ""
    workout_note: str = ""
    workout_rpe: float | None = None
    known_as: UUID | None = None
    is_note: bool = False

    @property
    def empty(self) -> bool:
        """Whether nothing is said that was done."""
        return self.reps is None and self.seconds is None and self.distance is None


class Column(Struct, frozen=True):
    """What a column is of, and the unit that its name says."""

    field: str
    unit: str = ""


class RowError(Exception):
    """A row that is no set; the column is given where one cell is at fault."""

    def __init__(self, reason: Reason, column: str = "", value: str = "") -> None:
        """Say why."""
        super().__init__(reason)
        self.reason = reason
        self.column = column
        self.value = value[:_SHOWN]


class UnitError(Exception):
    """An amount in a unit that nobody has said."""

    def __init__(self, flaw: Flaw) -> None:
        """Say of which kind."""
        super().__init__(flaw)
        self.flaw = flaw


class Columns:
    """Where in a table each thing stands. Of two columns of the same thing the first counts."""

    def __init__(self, header: Sequence[str], known: Mapping[str, Column]) -> None:
        """Read a header."""
        self.width = len(header)
        self.names: dict[str, str] = {}
        self.units: dict[str, str] = {}
        self.places: dict[str, int] = {}
        self.unread: tuple[str, ...] = ()
        for place, name in enumerate(header):
            column = known.get(plain(name))
            if column is None or column.field in self.places:
                self.unread += (name.strip()[:_SHOWN],) if name.strip() else ()
            else:
                self.places[column.field] = place
                self.names[column.field] = name.strip()
                self.units[column.field] = column.unit


class Cells:
    """The cells of a row, by what they are of."""

    def __init__(self, record: Record, columns: Columns) -> None:
        """Take a row that has no more cells than there are columns."""
        self.line = record.line
        self._columns = columns
        if not record.cells:
            raise RowError(Reason.BROKEN)
        extra = "".join(record.cells[columns.width :]).strip()
        if extra:
            raise RowError(Reason.TOO_MANY_CELLS, value=extra)
        missing = [""] * (columns.width - len(record.cells))
        cells = [*record.cells, *missing]
        self._texts = {field: cells[place].strip() for field, place in columns.places.items()}

    def text(self, field: str) -> str:
        """Return what stands there; nothing where there is no such column."""
        return self._texts.get(field, "")

    def unit(self, field: str) -> str:
        """Return the unit that the column's name says."""
        return self._columns.units.get(field, "")

    def read(self, field: str, reader: Callable[[str], Value]) -> Value:
        """Return what the text means; raises RowError with the column where it means nothing."""
        text = self.text(field)
        try:
            return reader(text)
        except written.CellError as error:
            raise RowError(error.reason, self._columns.names[field], text) from error

    def moment(self, field: str) -> datetime:
        """Return a moment; raises RowError where there is none."""
        found = moment(self.text(field))
        if found is None:
            raise RowError(Reason.BAD_DATE, self._columns.names[field], self.text(field))
        return found

    def mass(self, importer: Importer) -> Mass | None:
        """Return the mass, in the unit that the row says, else its column, else the importer."""
        unit = self._unit("weight", written.mass_unit) or importer.mass_unit
        found = self.read("weight", lambda text: written.mass(text, unit or MassUnit.KG))
        if found is not None and unit is None:
            raise UnitError(Flaw.NO_MASS_UNIT)
        return found

    def distance(self, importer: Importer) -> Length | None:
        """Return the distance, its unit as that of masses."""
        unit = self._unit("distance", written.length_unit) or importer.length_unit
        found = self.read("distance", lambda text: written.length(text, unit or LengthUnit.KM))
        if found is not None and unit is None:
            raise UnitError(Flaw.NO_LENGTH_UNIT)
        return found

    def _unit(self, field: str, reader: Callable[[str], Value]) -> Value | None:
        if not self.text(field):
            return None
        if self.text(f"{field} unit"):
            return self.read(f"{field} unit", reader)
        return reader(self.unit(field)) if self.unit(field) else None


class Tool(Struct, frozen=True, kw_only=True):
    """A tool that exports files: how its columns are called, which of them there must be, and what a row says."""

    source: str
    columns: Mapping[str, Column]
    needed: frozenset[str]
    row: Callable[[Cells, Importer], Row]

    def reads(self, table: Table) -> Columns | None:
        """Return where things stand, if the table is of this tool."""
        columns = Columns(table.header, self.columns)
        return columns if self.needed <= columns.places.keys() else None
