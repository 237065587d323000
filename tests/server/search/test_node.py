"""A node's search while it warms up, and while libraries change under those who ask."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from msgspec.structs import replace

from channels.errors import Code, Refused
from retrieval.encoder import Encoder, NotInstalled
from retrieval.importers.reading import SHIPPED, Imported, read
from retrieval.minilm import SentenceEncoder
from server.libraries import take
from server.search import engine, node
from server.search.answers import Asked, FoundExercises, SearchState, UnknownValueError, Wished
from server.search.engine import folder_for_files
from server.search.node import Manner, NodeSearch
from server.search.shelf import NOTHING, shelf_of
from server.supervisor import Supervisor
from server.telemetry import Measures
from storage import libraries
from storage.postgres import Database, close_database, linked, open_database
from tests.waiting import eventually

pytestmark = pytest.mark.xdist_group("minilm")  # which has both the model and the vocabulary in memory

WORDS = Manner(encoder="none", data_dir=Path("nowhere"), at_start=True)
ALL = 50
ASKERS = 8


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = await open_database(database_url, size=4)
    yield opened
    await close_database(opened)


@pytest.fixture(scope="module")
def shipped() -> Imported:
    return read(SHIPPED.read_bytes())


@pytest.fixture(scope="module")
def few(shipped: Imported) -> Imported:
    return replace(shipped, taken=shipped.taken[:8])


@pytest.fixture(scope="module")
def more(shipped: Imported) -> Imported:
    return replace(shipped, taken=shipped.taken[:12])


def ids(of: Imported) -> set[str]:
    return {one.exercise.exercise_id for one in of.taken}


def found_ids(found: FoundExercises) -> set[str]:
    return {one.exercise_id for one in found.results}


@asynccontextmanager
async def searching(database: Database, manner: Manner) -> AsyncIterator[NodeSearch]:
    search = NodeSearch(database, manner, Measures(), look_seconds=0.02)
    async with Supervisor() as supervisor:
        supervisor.start("search", search.run)
        yield search
    await search.aclose()


async def asked(search: NodeSearch, query: str = "anything") -> FoundExercises:
    return await search.search(Asked(query=query, limit=ALL))


class Askers:
    """People who ask one question after another, and what they were told."""

    def __init__(self, search: NodeSearch) -> None:
        self.answers: list[FoundExercises] = []
        self._search = search

    async def ask(self) -> None:
        while True:
            self.answers.append(await asked(self._search, f"question {len(self.answers)}"))

    @asynccontextmanager
    async def asking(self) -> AsyncIterator[None]:
        """Ask for as long as this lasts; fails if anybody was not answered."""
        tasks = [asyncio.create_task(self.ask()) for _ in range(ASKERS)]
        await eventually(lambda: len(self.answers) > ASKERS)
        yield
        assert not [task for task in tasks if task.done()]
        for task in tasks:
            task.cancel()


@pytest.fixture
def encoder(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], Encoder]], None]:
    """Let the encoder be loaded by this."""

    def set_to(load: Callable[[], Encoder]) -> None:
        monkeypatch.setattr(engine, "encoder_of", lambda _name, _folder: load)

    return set_to


async def test_who_asks_before_it_is_made_waits_and_is_answered(database: Database, few: Imported) -> None:
    await take(database, "mine", few)
    async with searching(database, replace(WORDS, at_start=False)) as search:
        found = await asked(search)
        assert found_ids(found) == ids(few)
        assert found.state is SearchState.LEXICAL
        assert {one.library for one in found.results} == {"mine"}


async def test_who_waits_too_long_is_asked_to_come_again(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(node, "_FIRST_SECONDS", 0.01)
    search = NodeSearch(database, WORDS, Measures())
    with pytest.raises(Refused) as refused:
        await asked(search)
    assert refused.value.refusal.code is Code.UNAVAILABLE
    await search.aclose()


async def test_without_any_library_the_one_that_comes_along_is_used(
    database: Database, shipped: Imported
) -> None:
    shelf = await shelf_of(database, NOTHING)
    assert (shelf.names, len(shelf.library.exercises)) == (("free-exercise-db",), len(shipped.taken))


async def test_of_two_libraries_the_first_has_the_ids_that_both_have(
    database: Database, few: Imported, more: Imported
) -> None:
    await take(database, "mine", few)
    await take(database, "other", more)
    async with linked(database) as link, link.transaction():
        await libraries.use(link, ["mine", "other"])
    async with searching(database, WORDS) as search:
        found = await asked(search)
        owners = {one.exercise_id: one.library for one in found.results}
    assert owners == dict.fromkeys(ids(more), "other") | dict.fromkeys(ids(few), "mine")


async def test_a_filter_is_understood_in_any_case_and_an_unknown_value_is_told(
    database: Database, few: Imported
) -> None:
    await take(database, "mine", few)
    async with searching(database, WORDS) as search:
        found = await search.search(Asked(query="x", filters=Wished(level=("BEGINNER",)), limit=ALL))
        assert {one.level for one in found.results} == {"beginner"}
        with pytest.raises(UnknownValueError, match="there is no 'easy'; there is beginner"):
            await search.search(Asked(query="x", filters=Wished(level=("easy",))))


async def test_libraries_change_under_those_who_ask_and_each_answer_is_of_one_of_them(
    database: Database, few: Imported, more: Imported
) -> None:
    await take(database, "mine", few)
    async with searching(database, WORDS) as search:
        askers = Askers(search)
        async with askers.asking():
            await take(database, "mine", more)
            await eventually(lambda: found_ids(askers.answers[-1]) == ids(more), seconds=20)
    told = {frozenset(found_ids(one)) for one in askers.answers}
    assert told == {frozenset(ids(few)), frozenset(ids(more))}


async def test_it_answers_by_words_until_the_encoder_is_there_and_keeps_meaning_while_libraries_change(
    database: Database,
    few: Imported,
    more: Imported,
    minilm: SentenceEncoder,
    encoder: Callable[[Callable[[], Encoder]], None],
    tmp_path: Path,
) -> None:
    loading = asyncio.Event()
    go_on = asyncio.get_running_loop().create_future()

    def load() -> Encoder:
        asyncio.run_coroutine_threadsafe(_set(loading), loop).result()
        asyncio.run_coroutine_threadsafe(_wait(go_on), loop).result()
        return minilm

    loop = asyncio.get_running_loop()
    encoder(load)
    await take(database, "mine", few)
    async with searching(database, Manner(encoder="packaged", data_dir=tmp_path, at_start=True)) as search:
        await loading.wait()
        assert (await asked(search)).state is SearchState.WARMING
        go_on.set_result(None)
        askers = Askers(search)
        async with askers.asking():
            await eventually(lambda: askers.answers[-1].state is SearchState.READY, seconds=20)
            ready = len(askers.answers)
            await take(database, "mine", more)
            await eventually(lambda: found_ids(askers.answers[-1]) == ids(more), seconds=20)
    # Who asked before the encoder was ready may be answered after who asked later.
    assert {one.state for one in askers.answers[ready + ASKERS :]} == {SearchState.READY}
    assert [one.suffix for one in (tmp_path / "search").iterdir()] == [".index"]


async def test_while_it_becomes_ready_the_event_loop_is_let_in_more_often(
    database: Database, few: Imported, encoder: Callable[[Callable[[], Encoder]], None], tmp_path: Path
) -> None:
    usual = sys.getswitchinterval()
    meanwhile: list[float] = []

    def load() -> Encoder:
        meanwhile.append(sys.getswitchinterval())
        raise NotInstalled("torch is not installed")

    encoder(load)
    await take(database, "mine", few)
    async with searching(database, Manner(encoder="packaged", data_dir=tmp_path, at_start=True)):
        await eventually(lambda: bool(meanwhile) and sys.getswitchinterval() == usual, seconds=20)
    assert meanwhile[0] < usual / 5


async def test_without_the_packages_it_goes_by_words_alone(
    database: Database,
    few: Imported,
    encoder: Callable[[Callable[[], Encoder]], None],
    tmp_path: Path,
) -> None:
    def load() -> Encoder:
        raise NotInstalled("torch is not installed")

    encoder(load)
    await take(database, "mine", few)
    async with searching(database, Manner(encoder="packaged", data_dir=tmp_path, at_start=True)) as search:
        states = [(await asked(search)).state]
        while states[-1] is not SearchState.LEXICAL:
            states.append((await asked(search)).state)
    assert set(states) <= {SearchState.WARMING, SearchState.LEXICAL}


def test_index_files_have_a_place_where_the_data_folder_may_not_be_written(tmp_path: Path) -> None:
    assert folder_for_files(tmp_path / "data") == tmp_path / "data" / "search"
    elsewhere = folder_for_files(Path("/proc/nowhere"))
    assert elsewhere.is_dir()
    elsewhere.rmdir()


async def _set(event: asyncio.Event) -> None:
    event.set()


async def _wait(future: "asyncio.Future[None]") -> None:
    await future
