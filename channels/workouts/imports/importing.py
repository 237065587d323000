"""A file that another tool exported, as workouts to be logged, with a report of what was made of each row."""

from collections.abc import Iterator
from typing import Final

from channels.workouts.imports.gathering import gathered
from channels.workouts.imports.hevy import HEVY
from channels.workouts.imports.own import OWN_FILE
from channels.workouts.imports.reading import Flaw, Table, Unreadable, read_table
from channels.workouts.imports.report import Imported, Skipped
from channels.workouts.imports.rows import Cells, Columns, Importer, Row, RowError, Tool, UnitError
from channels.workouts.imports.strong import STRONG

TOOLS: Final = (STRONG, HEVY, OWN_FILE)
_MOST_TOLD: Final = 50
_LONGEST: Final = 100


def read_export(content: bytes, importer: Importer) -> Imported | Unreadable:
    """Read a file; its columns say which tool it is of. Whatever is in it, this raises nothing.

    A file of full size takes a second or two: read it where nobody waits.
    """
    table = read_table(content)
    if isinstance(table, Unreadable):
        return table
    for tool in TOOLS:
        columns = tool.reads(table)
        if columns is None:
            continue
        try:
            return gathered(tool.source, _rows(tool, columns, table, importer), importer, columns.unread)
        except UnitError as error:
            return Unreadable(error.flaw)
    header = tuple(name.strip()[:_LONGEST] for name in table.header[:_MOST_TOLD])
    return Unreadable(Flaw.UNKNOWN, header)


def _rows(tool: Tool, columns: Columns, table: Table, importer: Importer) -> Iterator[Row | Skipped]:
    for record in table.records:
        try:
            yield tool.row(Cells(record, columns), importer)
        except RowError as error:
            yield Skipped(line=record.line, reason=error.reason, column=error.column, value=error.value)
