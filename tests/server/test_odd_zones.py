"""A workout that is logged by a clock of an odd zone is taken as any other."""

from datetime import timedelta, timezone

from msgspec.structs import replace

from tests.server.house import code_of, opened
from tests.server.training import log_whole


async def test_a_set_may_be_said_in_any_zone_that_a_clock_can_have(database_url: str) -> None:
    async with opened(database_url) as house:
        ada = await house.add_person()
        began = await house.now() - timedelta(hours=3)
        odd = timezone(timedelta(hours=19, minutes=19))
        command = log_whole(began)
        sets = tuple(replace(one, at=began.astimezone(odd)) for one in command.data.sets)
        said = replace(command, data=replace(command.data, started_at=began.astimezone(odd), sets=sets))
        assert code_of(await house.give(ada, said)) is None
        rows = await house.database.fetch("SELECT at FROM workout_sets")
        assert {row["at"] for row in rows} == {began}
