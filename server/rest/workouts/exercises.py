"""Exercises over REST: finding them, and showing one; and finding them for who runs the server."""

import asyncio
from typing import Final

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import UNSET, Struct

from channels.errors import Code, Refusal, Refused
from channels.workouts.own import is_own
from server.rest.call import AnyRequest, Call
from server.rest.contract import promises
from server.rest.metrics import MetricsDoor
from server.rest.workouts import exercise_contracts as contracts
from server.rest.workouts.exercise_contracts import (
    AlternativesQuery,
    Exercise,
    ExerciseAnswer,
    ExercisesQuery,
    FoundExercisesAnswer,
    OperatorQuery,
)
from server.rest.workouts.wishes import unknown_value, values_of, wished_of
from server.search.answers import OWN, Asked, FoundExercises, Instead, UnknownValueError, Who
from server.search.shelf import shipped
from storage import own_exercises
from storage.libraries import by_id, listed
from storage.postgres import Database, linked

_LONGEST_ID: Final = 200


class ExercisesController(Controller):
    """Exercises of the libraries that the server uses."""

    path = "/workouts/exercises"
    tags = ("Workouts",)

    @get("/search", operation_id="searchExercises", summary="Find exercises", opt=promises(contracts.SEARCH))
    async def search(self, call: NamedDependency[Call]) -> FoundExercisesAnswer:
        """Muscles, equipment, movements, limits, places and what is not wanted are understood, and each result says why.

        Filters hold whatever happens: that nothing fits is an answer. Wishes in the question are strong; those that had to
        give way, because too few exercises had them all, are `relaxed`. `state` says whether questions are read by their
        meaning as well (`ready`), soon will be (`warming`), or by their words alone (`lexical`).

        Who asks counts: what their limits forbid is never found, what needs equipment that they do not have only when too
        little is left, or the question or a filter says what there is; their level, favourites, dislikes and records, and
        what they have trained in the last three days, move results up and down. Their own exercises are among them.
        """
        who = Who(user_id=call.identity.user_id, now=call.parts.now())
        return FoundExercisesAnswer(data=await _found(call, who), meta=call.meta())

    @get(
        "/{exercise_id:str}/alternatives",
        operation_id="listAlternatives",
        summary="Find what may be done instead of an exercise",
        opt=promises(contracts.ALTERNATIVES),
    )
    async def alternatives(
        self, exercise_id: FromPath[str], call: NamedDependency[Call]
    ) -> FoundExercisesAnswer:
        """The same pattern for the same muscles, with what there is and sparing what hurts; the most alike first.

        Of a person's profile, limits hold besides those that are given; without `equipment`, what they have.
        """
        asked: AlternativesQuery = call.asked
        who = Who(user_id=call.identity.user_id, now=call.parts.now())
        instead = Instead(
            exercise_id=exercise_id,
            filters=wished_of(asked),
            limits=values_of("limits", asked.limits),
            limit=asked.limit,
        )
        try:
            found = await call.parts.search.alternatives(instead, who)
        except KeyError:
            raise Refused(Refusal(code=Code.UNKNOWN_EXERCISE)) from None
        except UnknownValueError as error:
            raise unknown_value(error) from None
        return FoundExercisesAnswer(data=found, meta=call.meta())

    @get(
        "/{exercise_id:str}",
        operation_id="showExercise",
        summary="Show an exercise",
        opt=promises(contracts.SHOW),
    )
    async def show(self, exercise_id: FromPath[str], call: NamedDependency[Call]) -> ExerciseAnswer:
        """Of several libraries with the id, the first that search uses. One of a person's own is shown to them alone."""
        found = await _own_of(call, exercise_id) or await exercise_of(call.parts.database, exercise_id)
        if found is None:
            raise Refused(Refusal(code=Code.UNKNOWN_EXERCISE))
        return ExerciseAnswer(data=found, meta=call.meta())


class OperatorController(Controller):
    """What the command line asks for who runs the server."""

    path = "/admin/exercises"
    tags = ("Health",)

    @get(
        "/search",
        operation_id="searchExercisesForOperator",
        summary="Find exercises, for the operator",
        security=[{}, {"metrics": []}],
        opt=promises(contracts.OPERATOR_SEARCH),
    )
    async def search(
        self, request: AnyRequest, call: NamedDependency[Call], door: NamedDependency[MetricsDoor]
    ) -> FoundExercisesAnswer:
        """With the server's metrics token as bearer, or from an inner address: `cornerman exercises search` asks here.

        That another `library` is wanted than search uses is answered as not found.
        """
        door.check(request)
        asked: OperatorQuery = call.asked
        if asked.library is not UNSET and (asked.library,) != await call.parts.search.names():
            raise Refused(Refusal(code=Code.NOT_FOUND))
        return FoundExercisesAnswer(data=await _found(call), meta=call.meta())


async def _found(call: Call, who: Who | None = None) -> FoundExercises:
    try:
        return await call.parts.search.search(asked_of(call.asked), who)
    except UnknownValueError as error:
        raise unknown_value(error) from None


def asked_of(asked: ExercisesQuery) -> Asked:
    """Return the question of a request. Raises Refused for a list that names nothing."""
    return Asked(query=asked.q, filters=wished_of(asked), limit=asked.limit)


async def _own_of(call: Call, exercise_id: str) -> Exercise | None:
    """Return an exercise of the person's own."""
    if not is_own(exercise_id) or not _may_be(exercise_id):
        return None
    async with linked(call.parts.database) as link:
        one = await own_exercises.by_id(link, call.identity.user_id, exercise_id)
    return None if one is None else _shown(one, library=OWN, licence="")


async def exercise_of(database: Database, exercise_id: str) -> Exercise | None:
    """Return an exercise; while no library is imported, one of the library that comes along."""
    if not _may_be(exercise_id):
        return None
    async with linked(database) as link:
        found = await by_id(link, exercise_id)
        if not found and await listed(link):
            return None
    if found:
        return _shown(found[0], library=found[0].library, licence=found[0].licence)
    library = await asyncio.to_thread(shipped)
    one = next((one for one in library.exercises if one.exercise_id == exercise_id), None)
    return None if one is None else _shown(one, library=library.name, licence=library.licence)


def _may_be(exercise_id: str) -> bool:
    """Say whether an id may be one: PostgreSQL takes no NUL."""
    return "\0" not in exercise_id and len(exercise_id) <= _LONGEST_ID


def _shown(one: Struct, *, library: str, licence: str) -> Exercise:
    same = {
        name: getattr(one, name) for name in Exercise.__struct_fields__ if name not in {"library", "licence"}
    }
    return Exercise(library=library, licence=licence, **same)
