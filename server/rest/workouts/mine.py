"""What is a person's own in exercises over REST: the commands of the socket, and what can be read."""

from typing import TYPE_CHECKING

import msgspec
from litestar import Controller, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import UNSET
from msgspec.structs import asdict

from channels.errors import Code, Refusal, Refused
from channels.wire.exercise import (
    ExerciseDelete,
    ExerciseDeleteData,
    ExerciseMarkData,
    ExerciseMarkSet,
    ExerciseOpinion,
    ExerciseReply,
    ExerciseSave,
    ExerciseSaveData,
    ExerciseText,
    TrainingProfile,
    TrainingProfileData,
    TrainingProfileReply,
    TrainingProfileSet,
)
from channels.wire.routine import ExerciseId
from channels.workouts.opinion import shown_profile
from channels.workouts.own import is_own
from server.rest.call import NUMBER, Call
from server.rest.contract import promises
from server.rest.envelope import Pagination, read_cursor, write_cursor
from server.rest.workouts import mine_contracts as contracts
from server.rest.workouts.mine_contracts import (
    ExerciseKey,
    ExerciseListAnswer,
    ExerciseListQuery,
    ExerciseSavedAnswer,
    ListedExercise,
    Opinion,
    OpinionAnswer,
    Own,
    TrainingProfileAnswer,
)
from server.rest.workouts.wishes import unknown_value, wished_of
from server.search.answers import OWN, UnknownValueError, Who
from storage.library_records import ExerciseMarkRecord
from storage.mine import profiles_of
from storage.own_exercises import is_known, marks
from storage.postgres import linked

if TYPE_CHECKING:
    from retrieval.library import Exercise


class OwnExercisesController(Controller):
    """Exercises of the libraries and one's own, listed; and what one thinks of them."""

    path = "/workouts/exercises"
    tags = ("Workouts",)

    @get("/", operation_id="listExercises", summary="List exercises", opt=promises(contracts.LIST))
    async def list_exercises(self, call: NamedDependency[Call]) -> ExerciseListAnswer:
        """Those of the libraries that search uses and one's own, in the order of their ids, with what one thinks of them.

        Filters hold as they do for search: a name that says other equipment than the label is believed. What is marked and
        not there any more is not among them.
        """
        asked: ExerciseListQuery = call.asked
        after = "" if asked.cursor is UNSET else read_cursor(asked.cursor, ExerciseKey).exercise_id
        who = Who(user_id=call.identity.user_id, now=call.parts.now())
        try:
            found = await call.parts.search.listed(wished_of(asked), who)
        except UnknownValueError as error:
            raise unknown_value(error) from None
        async with linked(call.parts.database) as link:
            thought = await marks(link, who.user_id)
        behind = [
            (library, one)
            for library, one in found
            if one.exercise_id > after and _is_listed(asked, library, thought.get(one.exercise_id))
        ]
        page = behind[: asked.limit]
        more = len(behind) > asked.limit
        cursor = write_cursor(ExerciseKey(page[-1][1].exercise_id)) if more else None
        return ExerciseListAnswer(
            data=tuple(_listed(one, library, thought.get(one.exercise_id)) for library, one in page),
            pagination=Pagination(cursor=cursor, has_more=more),
            meta=call.meta(),
        )

    @post(
        "/",
        operation_id="createExercise",
        summary="Add an exercise of one's own",
        opt=promises(contracts.CREATE),
    )
    async def create(self, data: JSONBody[ExerciseText], call: NamedDependency[Call]) -> ExerciseSavedAnswer:
        """The command `exercise:save`. Its id is `own:` and its name; one that has this id already is changed.

        Nobody else finds or sees it. A person may keep 500. Every device of the person gets `exercise:saved`.
        """
        return await _save(call, None, data)

    @put(
        "/{exercise_id:str}",
        operation_id="changeExercise",
        summary="Change an exercise of one's own",
        opt=promises(contracts.CHANGE),
    )
    async def change(
        self, exercise_id: FromPath[str], data: JSONBody[ExerciseText], call: NamedDependency[Call]
    ) -> ExerciseSavedAnswer:
        """The command `exercise:save`, also where none is under the id: that makes a new one. The id stays with another name.

        Every device of the person gets `exercise:saved`.
        """
        return await _save(call, _id(exercise_id), data)

    @delete(
        "/{exercise_id:str}",
        status_code=200,
        operation_id="deleteExercise",
        summary="Delete an exercise of one's own",
        opt=promises(contracts.DELETE),
    )
    async def delete_exercise(
        self, exercise_id: FromPath[str], call: NamedDependency[Call]
    ) -> ExerciseSavedAnswer:
        """The command `exercise:delete`. What was logged of it stays; one that is not there stays so.

        Every device of the person gets `exercise:deleted`.
        """
        said = ExerciseDeleteData(exercise_id=_id(exercise_id))
        reply, meta = await call.run(ExerciseDelete(id=NUMBER, key=call.key(), data=said), ExerciseReply)
        return ExerciseSavedAnswer(data=reply, meta=meta)

    @get(
        "/{exercise_id:str}/mine",
        operation_id="showOpinion",
        summary="Show what one thinks of an exercise",
        opt=promises(contracts.SHOW_OPINION),
    )
    async def show_opinion(self, exercise_id: FromPath[str], call: NamedDependency[Call]) -> OpinionAnswer:
        """That nothing was said of it is an answer and no error."""
        named = _id(exercise_id)
        async with linked(call.parts.database) as link:
            thought = (await marks(link, call.identity.user_id, [named])).get(named)
            if thought is None and not is_own(named) and not await is_known(link, named):
                raise _nothing()
        return OpinionAnswer(data=_opinion(thought), meta=call.meta())

    @put(
        "/{exercise_id:str}/mine",
        operation_id="giveOpinion",
        summary="Say what one thinks of an exercise",
        opt=promises(contracts.GIVE_OPINION),
    )
    async def give_opinion(
        self, exercise_id: FromPath[str], data: JSONBody[ExerciseOpinion], call: NamedDependency[Call]
    ) -> ExerciseSavedAnswer:
        """The command `exercise:mark`: all that one thinks of it; what is left out is not thought any more.

        Of an exercise of a library, or one that is named as one's own. Something may be said of 2,000. Every device of the
        person gets `exercise:marked`.
        """
        said = ExerciseMarkData(exercise_id=_id(exercise_id), **asdict(data))
        reply, meta = await call.run(ExerciseMarkSet(id=NUMBER, key=call.key(), data=said), ExerciseReply)
        return ExerciseSavedAnswer(data=reply, meta=meta)


class TrainingProfileController(Controller):
    """What search and alternatives keep to."""

    path = "/workouts/profile"
    tags = ("Workouts",)

    @get(
        "/",
        operation_id="showTrainingProfile",
        summary="Show what one trains with",
        opt=promises(contracts.SHOW_PROFILE),
    )
    async def show(self, call: NamedDependency[Call]) -> TrainingProfileAnswer:
        """What was never told is left out: without `equipment` everything is looked for."""
        user_id = call.identity.user_id
        async with linked(call.parts.database) as link:
            found = (await profiles_of(link, [user_id])).get(user_id)
        profile = TrainingProfile() if found is None else shown_profile(found)
        return TrainingProfileAnswer(data=TrainingProfileReply(profile=profile), meta=call.meta())

    @put(
        "/",
        operation_id="setTrainingProfile",
        summary="Say what one trains with",
        opt=promises(contracts.SET_PROFILE),
    )
    async def change(
        self, data: JSONBody[TrainingProfileData], call: NamedDependency[Call]
    ) -> TrainingProfileAnswer:
        """The command `training:profile_set`: the whole profile; what is left out is not known any more.

        An empty `equipment` says that a body is all there is. Every device of the person gets `training:profile_changed`.
        """
        command = TrainingProfileSet(id=NUMBER, key=call.key(), data=data)
        reply, meta = await call.run(command, TrainingProfileReply)
        return TrainingProfileAnswer(data=reply, meta=meta)


async def _save(call: Call, exercise_id: str | None, text: ExerciseText) -> ExerciseSavedAnswer:
    data = ExerciseSaveData(exercise_id=exercise_id, **asdict(text))
    reply, meta = await call.run(ExerciseSave(id=NUMBER, key=call.key(), data=data), ExerciseReply)
    return ExerciseSavedAnswer(data=reply, meta=meta)


def _id(text: str) -> str:
    """Return a text that may be the id of an exercise. Raises Refused for one that is none."""
    try:
        return msgspec.convert(text, ExerciseId)
    except msgspec.ValidationError:
        raise _nothing() from None


def _nothing() -> Refused:
    return Refused(Refusal(code=Code.UNKNOWN_EXERCISE))


def _is_listed(asked: ExerciseListQuery, library: str, thought: ExerciseMarkRecord | None) -> bool:
    if asked.mine is UNSET:
        return True
    opinion = _opinion(thought)
    return {
        Own.ADDED: library == OWN,
        Own.FAVOURITE: opinion.favourite,
        Own.DISLIKED: opinion.disliked,
        Own.NOTED: bool(opinion.note),
    }[asked.mine]


def _listed(one: "Exercise", library: str, thought: ExerciseMarkRecord | None) -> ListedExercise:
    own = {"library", "mine"}
    same = {name: getattr(one, name) for name in ListedExercise.__struct_fields__ if name not in own}
    return ListedExercise(library=library, mine=_opinion(thought), **same)


def _opinion(thought: ExerciseMarkRecord | None) -> Opinion:
    if thought is None:
        return Opinion(favourite=False, disliked=False, note="")
    return Opinion(favourite=thought.favourite, disliked=thought.disliked, note=thought.note)
