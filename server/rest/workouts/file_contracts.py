"""What operations on files of workouts promise."""

from typing import Final

from msgspec.structs import replace

from channels.errors import Code
from channels.topics import user_topic
from channels.wire.envelope import Detail, Offset, UserId
from channels.workouts import exports
from channels.workouts.exports import ExportedWorkout
from channels.workouts.imports.report import NamedExercise, Reason, Report, Skipped
from server.rest.contract import EXAMPLE_META, Contract, Exchange, refused
from server.rest.person import EXAMPLE_PERSON
from server.rest.workouts.examples import SESSION
from server.rest.workouts.file_answers import ExportQuery, Import, ImportAnswer, ImportQuery

_CSV: Final = exports.CSV.media_type
_JSON: Final = exports.JSON.media_type
_TOPIC: Final = user_topic(UserId(EXAMPLE_PERSON.user_id))
_FILE: Final = """\
Date,Workout Name,Duration,Exercise Name,Set Order,Weight,Reps,Distance,Seconds,Notes,Workout Notes,RPE
2024-03-04 18:30:00,"Legs",1h 5m,"Squat (Barbell)",1,102.5,5,0,0,"","",8
2024-03-04 18:30:00,"Legs",1h 5m,"Sled Drag",1,80,,20,0,"","",
2024-03-04 18:30:00,"Legs",1h 5m,"Squat (Barbell)",Rest Timer,0,0,0,120,"","",
"""
_REPORT: Final = Report(
    source="strong",
    rows=3,
    sets=2,
    workouts=1,
    untimed=0,
    matched=(NamedExercise(name="Squat (Barbell)", exercise_id="Barbell_Squat", sets=1),),
    unmatched=(NamedExercise(name="Sled Drag", exercise_id="own:Sled Drag", sets=1),),
    skipped=(Skipped(line=4, reason=Reason.REST),),
    skipped_rows=1,
    unread=(),
)
_NOT_NEEDED: Final = "Date,Mood\n2024-03-04,good\n"

IMPORT: Final = Contract(
    query=ImportQuery,
    body=_CSV,
    exchanges=(
        Exchange(
            name="imported",
            summary="A workout of two sets",
            query={"mass_unit": "kg", "length_unit": "m"},
            body=_FILE,
            answer=ImportAnswer(
                data=Import(file=_REPORT, added=1, already_there=0, left=0, refused=()),
                meta=replace(EXAMPLE_META, positions={_TOPIC: Offset(42)}),
            ),
        ),
        Exchange(
            name="unit_missing",
            summary="Masses, and nobody says of which unit",
            body=_FILE,
            answer=refused(
                Code.VALIDATION,
                Detail(
                    field="mass_unit",
                    message="is needed: the file has masses and does not say their unit",
                ),
            ),
        ),
        Exchange(
            name="not_known",
            summary="A table of something else",
            body=_NOT_NEEDED,
            answer=refused(
                Code.VALIDATION,
                Detail(
                    field="body",
                    message="has not the columns of a file that Strong, Hevy or Cornerman exports",
                    value=["Date", "Mood"],
                ),
            ),
        ),
    ),
)
_ROW: Final = (
    str(SESSION),
    '"Legs, heavy",2025-11-17T17:00:00Z,2025-11-17T18:00:00Z,Europe/Berlin,own,,8,,1',
    "0199f3a1-7d44-7c21-8f3e-4b6a9d1c2e33",
    "2025-11-17T17:20:00Z,Barbell_Squat,Barbell Squat,working,102.5,kg,102.5,5,,,,,8,,,",
)
EXPORT: Final = Contract(
    query=ExportQuery,
    files={_CSV: str, _JSON: tuple[ExportedWorkout, ...]},
    exchanges=(
        Exchange(
            name="for_spreadsheets",
            summary="A row a set",
            media_type=_CSV,
            answer=f"{','.join(exports.COLUMNS)}\r\n{','.join(_ROW)}\r\n",
        ),
        Exchange(
            name="for_programs",
            summary="Nothing of that month",
            query={"format": "json", "from": "2019-01-01", "to": "2019-01-31"},
            media_type=_JSON,
            answer="[]\n",
        ),
    ),
)
