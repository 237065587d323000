from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import json
from msgspec.structs import replace

from channels.decision import Decision
from channels.errors import Code, Refusal
from channels.wire.routine import (
    Origin,
    OriginKind,
    PlannedExercise,
    PlannedSet,
    Routine,
    RoutineDeleted,
    RoutineReply,
    RoutineShareReply,
    SetsBlock,
)
from channels.workouts.ready import READY
from channels.workouts.routines import (
    MOST_ROUTINES,
    Reference,
    copy,
    delete,
    referred,
    save,
    share,
    shown_routine,
    shown_shared,
)
from storage.records import Routines, SharedRoutineRecord
from tests.channels.fasting.facts import ADA, HOUR, NOON, moment
from tests.channels.workouts.routine_facts import (
    FRESH,
    LINK,
    NEW_ID,
    OWN,
    OWN_ID,
    ROWS,
    TABATA,
    Decided,
    bobs,
    code_of,
    copying,
    decided,
    deleting,
    kept,
    origin,
    saved,
    saying,
    sharing,
    told,
)


class TestReferred:
    def test_one_s_own_are_named_by_their_uuid_however_it_is_written(self) -> None:
        assert referred(str(OWN_ID)) == referred(str(OWN_ID).upper()) == Reference(own=OWN_ID)

    def test_ready_made_ones_by_their_name(self) -> None:
        assert [referred(name) for name in READY] == [Reference(ready=name) for name in READY]

    def test_shared_ones_by_their_link(self) -> None:
        assert referred(LINK) == Reference(link=LINK)

    @pytest.mark.parametrize("text", [None, "", "tabatas", LINK[:-1], f"{LINK}\n", "\x00" * 43, "x" * 36])
    def test_anything_else_names_nothing(self, text: str | None) -> None:
        assert referred(text) == Reference()

    @given(st.text(max_size=64))
    def test_it_takes_any_text(self, text: str) -> None:
        reference = referred(text)
        assert [reference.own, reference.ready, reference.link].count(None) >= 2


class TestSave:
    def test_keeps_a_new_routine(self) -> None:
        routine = saved(save(ADA, Routines(), saying(note="Heavy."), moment()))
        assert (routine.user_id, routine.routine_id) == (ADA.user_id, NEW_ID)
        assert (routine.name, routine.note) == ("Pull", "Heavy.")
        assert shown_routine(routine).blocks == (ROWS,)
        assert (routine.created_at, routine.updated_at, routine.deleted_at) == (NOON, NOON, None)
        assert routine.link is None

    def test_answers_with_its_id_and_tells_every_device(self) -> None:
        decision = decided(save(ADA, Routines(), saying(), moment()))
        assert decision.data == RoutineReply(routine_id=NEW_ID)
        assert told(decision) == shown_routine(saved(decision))
        assert decision.deadlines == ()

    def test_a_device_may_name_a_new_one_itself(self) -> None:
        routine = saved(save(ADA, Routines(), saying(OWN_ID), moment()))
        assert (routine.routine_id, routine.origin_kind) == (OWN_ID, OriginKind.OWN)

    def test_changes_one_s_own_and_keeps_what_is_not_said(self) -> None:
        before = kept(origin_kind="coach", origin_of="turn-1", link=LINK)
        after = saved(save(ADA, Routines(named=before), saying(OWN_ID, turn="turn-2"), moment()))
        assert after == replace(
            before, name="Pull", note="", blocks=json.encode((ROWS,)).decode(), updated_at=NOON
        )

    def test_what_was_deleted_is_kept_again_where_somebody_still_changes_it(self) -> None:
        gone = kept(deleted_at=NOON - HOUR)
        after = saved(save(ADA, Routines(named=gone), saying(OWN_ID), moment()))
        assert (after.routine_id, after.deleted_at, after.created_at) == (OWN_ID, None, gone.created_at)

    def test_a_change_of_a_ready_made_one_is_a_copy_that_says_so(self) -> None:
        decision = decided(save(ADA, Routines(), saying("tabata"), moment()))
        assert saved(decision).routine_id == NEW_ID
        assert told(decision).origin == Origin(kind=OriginKind.READY, of="tabata")
        assert told(decision).source == READY["tabata"].source

    def test_a_change_of_a_shared_one_is_a_copy_that_names_its_author(self) -> None:
        decision = save(ADA, Routines(shared=bobs()), saying(LINK), moment())
        routine = saved(decision)
        assert (routine.user_id, routine.routine_id, routine.link) == (ADA.user_id, NEW_ID, None)
        assert origin(decision) == Origin(kind=OriginKind.SHARED, of="Bob")
        assert (routine.name, routine.created_at) == ("Pull", NOON)

    def test_by_one_s_own_link_one_changes_one_s_own(self) -> None:
        mine = SharedRoutineRecord(routine=kept(link=LINK), author="Ada")
        routine = saved(save(ADA, Routines(shared=mine), saying(LINK), moment()))
        assert (routine.routine_id, routine.link, routine.name) == (OWN_ID, LINK, "Pull")

    @pytest.mark.parametrize("routine_id", [LINK, "no-such-name"])
    def test_what_opens_and_names_nothing_cannot_be_changed(self, routine_id: str) -> None:
        assert code_of(save(ADA, Routines(), saying(routine_id), moment())) is Code.NO_SUCH_ROUTINE

    def test_the_coach_s_and_what_was_imported_say_where_they_are_from(self) -> None:
        coachs = save(ADA, Routines(), saying("tabata", turn="turn-7"), moment())
        assert origin(coachs) == Origin(kind=OriginKind.COACH, of="turn-7")
        imported = save(ADA, Routines(), saying(source="strong"), moment())
        assert origin(imported) == Origin(kind=OriginKind.IMPORTED, of="strong")

    def test_not_of_both(self) -> None:
        refusal = save(ADA, Routines(), saying(source="strong", turn="turn-7"), moment())
        assert isinstance(refusal, Refusal)
        assert (refusal.code, refusal.details[0].field) == (Code.VALIDATION, "source")

    def test_its_plan_is_checked(self) -> None:
        blocks = (SetsBlock(exercises=(PlannedExercise(exercise_id="Squat", sets=(PlannedSet(),)),)),)
        for state in (Routines(), Routines(named=kept())):
            assert code_of(save(ADA, state, saying(blocks=blocks), moment())) is Code.UNKNOWN_EXERCISE

    def test_a_person_has_a_most_of_routines_and_may_still_change_them(self) -> None:
        assert saved(save(ADA, Routines(kept=MOST_ROUTINES - 1), saying(), moment())).name == "Pull"
        full = Routines(kept=MOST_ROUTINES)
        assert code_of(save(ADA, full, saying(), moment())) is Code.ROUTINES_FULL
        gone = replace(full, named=kept(deleted_at=NOON))
        assert code_of(save(ADA, gone, saying(OWN_ID), moment())) is Code.ROUTINES_FULL
        assert saved(save(ADA, replace(full, named=kept()), saying(OWN_ID), moment())).name == "Pull"


class TestDelete:
    def test_deletes_one_s_own_and_its_link(self) -> None:
        decision = decided(delete(ADA, Routines(named=kept(link=LINK)), deleting(), moment()))
        assert decision.saves == (kept(deleted_at=NOON, updated_at=NOON),)
        assert decision.data == RoutineReply(routine_id=OWN_ID)

    def test_tells_every_device(self) -> None:
        (event,) = decided(delete(ADA, Routines(named=kept()), deleting(), moment())).events
        assert isinstance(event, RoutineDeleted)
        assert (event.topic, event.at, event.data.routine_id) == (f"user:{ADA.user_id}", NOON, OWN_ID)

    @pytest.mark.parametrize(
        "state", [Routines(), Routines(named=kept(deleted_at=NOON)), Routines(shared=bobs())]
    )
    def test_nothing_else(self, state: Routines) -> None:
        assert code_of(delete(ADA, state, deleting(), moment())) is Code.NO_SUCH_ROUTINE


class TestShare:
    def test_gives_one_s_own_the_link_that_was_drawn_for_it(self) -> None:
        decision = decided(share(ADA, Routines(named=kept(), fresh_link=FRESH), sharing(), moment()))
        assert decision.data == RoutineShareReply(routine_id=OWN_ID, link=FRESH)
        assert decision.saves == (kept(link=FRESH),)
        assert told(decision).link == FRESH

    def test_one_that_is_shared_keeps_its_link(self) -> None:
        state = Routines(named=kept(link=LINK), fresh_link=FRESH)
        decision = decided(share(ADA, state, sharing(), moment()))
        assert decision == Decision(data=RoutineShareReply(routine_id=OWN_ID, link=LINK))

    def test_a_link_is_withdrawn_and_never_given_again(self) -> None:
        state = Routines(named=kept(link=LINK), fresh_link=FRESH)
        decision = decided(share(ADA, state, sharing(shared=False), moment()))
        assert decision.data == RoutineShareReply(routine_id=OWN_ID)
        assert told(decision).link is None
        again = share(ADA, replace(state, named=saved(decision)), sharing(), moment())
        assert saved(again).link == FRESH

    def test_to_withdraw_what_is_not_shared_changes_nothing(self) -> None:
        decision = decided(share(ADA, Routines(named=kept()), sharing(shared=False), moment()))
        assert decision == Decision(data=RoutineShareReply(routine_id=OWN_ID))

    @pytest.mark.parametrize(
        "state", [Routines(), Routines(named=kept(deleted_at=NOON)), Routines(shared=bobs())]
    )
    def test_only_one_s_own(self, state: Routines) -> None:
        assert code_of(share(ADA, state, sharing(), moment())) is Code.NO_SUCH_ROUTINE


class TestCopy:
    def test_keeps_what_was_shared_and_names_its_author(self) -> None:
        theirs = bobs(origin_kind="coach", origin_of="turn-3")
        decision = copy(ADA, Routines(shared=theirs), copying(), moment())
        assert saved(decision) == replace(
            theirs.routine,
            user_id=ADA.user_id,
            routine_id=NEW_ID,
            origin_kind=OriginKind.SHARED,
            origin_of="Bob",
            link=None,
            created_at=NOON,
            updated_at=NOON,
        )
        assert decided(decision).data == RoutineReply(routine_id=NEW_ID)
        assert told(decision).blocks == (TABATA,)

    def test_a_copy_of_one_s_own_is_from_where_that_is_from(self) -> None:
        mine = SharedRoutineRecord(
            routine=kept(link=LINK, origin_kind="ready", origin_of="tabata"), author="Ada"
        )
        decision = copy(ADA, Routines(shared=mine), copying(), moment())
        assert saved(decision).routine_id == NEW_ID
        assert origin(decision) == Origin(kind=OriginKind.READY, of="tabata")

    def test_a_link_that_opens_nothing_is_no_routine(self) -> None:
        assert code_of(copy(ADA, Routines(), copying(), moment())) is Code.NO_SUCH_ROUTINE

    def test_a_person_has_a_most_of_routines(self) -> None:
        full = Routines(shared=bobs(), kept=MOST_ROUTINES)
        assert code_of(copy(ADA, full, copying(), moment())) is Code.ROUTINES_FULL


class TestShown:
    def test_its_owner_sees_all_of_it(self) -> None:
        routine = kept(link=LINK)
        assert shown_routine(routine) == Routine(
            routine_id=str(OWN_ID),
            name="Legs",
            note="Slowly.",
            blocks=(TABATA,),
            origin=OWN,
            link=LINK,
            created_at=routine.created_at,
            updated_at=routine.updated_at,
        )

    def test_the_source_of_a_copy_is_shown_as_long_as_it_is_there(self) -> None:
        assert shown_routine(kept(origin_kind="ready", origin_of="tabata")).source
        assert shown_routine(kept(origin_kind="ready", origin_of="no longer")).source == ""

    def test_others_see_it_under_its_link_with_its_author(self) -> None:
        shown = shown_shared(bobs(origin_kind="ready", origin_of="tabata"), LINK)
        assert (shown.routine_id, shown.link, shown.source) == (LINK, None, "")
        assert shown.origin == Origin(kind=OriginKind.SHARED, of="Bob")
        assert str(OWN_ID) not in json.encode(shown).decode()


@given(st.lists(st.sampled_from(["save", "delete", "share", "withdraw"]), max_size=12))
def test_in_any_order_a_deleted_routine_has_no_link_and_a_link_never_comes_back(steps: list[str]) -> None:
    state = Routines(named=kept())
    given = set[str]()
    for number, step in enumerate(steps):
        at = moment(NOON + timedelta(minutes=number))
        before = state.named.link if state.named is not None else None
        state = replace(state, fresh_link=f"{number:A>43}")
        decision: Decided
        match step:
            case "save":
                decision = save(ADA, state, saying(OWN_ID), at)
            case "delete":
                decision = delete(ADA, state, deleting(), at)
            case _:
                decision = share(ADA, state, sharing(shared=step == "share"), at)
        if isinstance(decision, Decision) and decision.saves:
            state = replace(state, named=saved(decision))
        assert state.named is not None
        link = state.named.link
        assert link is None or state.named.deleted_at is None
        if link is not None and link != before:
            assert link not in given
            given.add(link)
