"""`cornerman doctor`: each part when it is well and when it is not."""

import importlib.util
import resource
import socket
from pathlib import Path

import pytest

from server.cli.checks.databases import clock_finding, database_findings, redis_finding
from server.cli.checks.finding import Finding, Verdict
from server.cli.checks.machine import disk_finding, files_finding, machine_findings, port_finding
from server.cli.checks.search import search_finding
from server.cli.checks.secrets import secret_findings
from server.settings import Settings
from tests.server.cli.conftest import CommandLine, free_port

GIB = 1024**3


def verdicts(findings: list[Finding]) -> list[Verdict]:
    return [finding.verdict for finding in findings]


def test_a_new_machine_is_well(command_line: CommandLine) -> None:
    result = command_line.run("doctor")
    assert result.returncode == 0, result.stdout + result.stderr
    assert "The schema lacks 0001_house" in result.stdout
    for told in ("Python 3", "are free on the disk", "Access tokens are signed", "PostgreSQL 18", "Valkey"):
        assert f"ok    {told}" in result.stdout or told in result.stdout


def test_what_fails_makes_the_exit_code_1_and_says_what_to_do(command_line: CommandLine) -> None:
    result = command_line.run(
        "doctor", DATABASE_URL="postgresql://127.0.0.1:1/x", REDIS_URL="redis://127.0.0.1:1"
    )
    assert result.returncode == 1
    assert "fail  PostgreSQL does not answer at postgresql://127.0.0.1:1/x" in result.stdout
    assert "fail  Redis does not answer at redis://127.0.0.1:1" in result.stdout
    assert result.stdout.count("→ Start it, or mend") == 2


def test_a_misspelt_variable_is_a_warning(on_database: CommandLine) -> None:
    assert "warn  CORNERMAN_PROT is no setting" in on_database.run("doctor", CORNERMAN_PROT="1").stdout


@pytest.mark.parametrize(
    ("free", "verdict"), [(2 * GIB, Verdict.OK), (GIB // 2, Verdict.WARN), (1000, Verdict.FAIL)]
)
def test_the_disk(free: int, verdict: Verdict) -> None:
    assert disk_finding(Path(), free).verdict is verdict


@pytest.mark.parametrize(
    ("most", "verdict"),
    [(resource.RLIM_INFINITY, Verdict.OK), (4096, Verdict.OK), (1024, Verdict.WARN)],
)
def test_the_limit_of_open_files(most: int, verdict: Verdict) -> None:
    assert files_finding(most).verdict is verdict


@pytest.mark.parametrize(
    ("ahead", "verdict", "words"),
    [
        (0.0, Verdict.OK, "clock agrees with PostgreSQL's"),
        (-0.0004, Verdict.OK, "clock agrees with PostgreSQL's"),
        (-0.004, Verdict.OK, "clock is -4 ms off PostgreSQL's"),
        (90.0, Verdict.WARN, "clock is +90,000 ms off PostgreSQL's"),
    ],
)
def test_the_clock(ahead: float, verdict: Verdict, words: str) -> None:
    finding = clock_finding(ahead)
    assert finding.verdict is verdict
    assert words in finding.sentence


def test_the_machine_is_looked_at_without_making_the_data_folder(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "a" / "b")
    assert set(verdicts(list(machine_findings(settings)))) == {Verdict.OK}
    assert not (tmp_path / "a").exists()


def test_a_free_port_and_one_that_another_program_has() -> None:
    settings = Settings(port=free_port())
    assert port_finding(settings).verdict is Verdict.OK
    with socket.create_server((settings.host, settings.port)) as other:
        other.settimeout(0)
        finding = port_finding(settings)
    assert finding.verdict is Verdict.FAIL
    assert "no server of ours answers" in finding.sentence


def test_a_key_that_cannot_be_read_fails(tmp_path: Path) -> None:
    (finding,) = secret_findings(Settings(data_dir=tmp_path, signing_key="no key"))
    assert finding.verdict is Verdict.FAIL


def test_search_reads_meaning_where_all_is_there_that_it_needs() -> None:
    finding = search_finding("packaged")
    assert (finding.verdict, "meaning as well as words" in finding.sentence) == (Verdict.OK, True)
    assert search_finding("none").verdict is Verdict.OK


@pytest.mark.parametrize(
    ("encoder", "missing", "extra"),
    [
        ("packaged", "torch", ".[search]"),
        ("some/model", "torch", ".[search]"),
        ("onnx", "onnxruntime", ".[onnx]"),
    ],
)
def test_without_its_packages_search_goes_by_words_alone(
    monkeypatch: pytest.MonkeyPatch, encoder: str, missing: str, extra: str
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == missing else object())
    finding = search_finding(encoder)
    assert finding.verdict is Verdict.WARN
    assert finding.sentence == f"Search goes by words alone: {missing} is not installed."
    assert extra in finding.cure


def test_a_model_that_is_not_on_this_machine_is_a_warning(tmp_path: Path) -> None:
    finding = search_finding("nobody/such-model")
    assert finding.verdict is Verdict.WARN
    assert "there is no model 'nobody/such-model'" in finding.sentence


async def test_a_migrated_database_is_well(database_url: str) -> None:
    settings = Settings(database_url=database_url)
    findings = await database_findings(settings, database_url)
    sentences = " ".join(finding.sentence for finding in findings)
    assert "given by DATABASE_URL" in sentences
    assert "no server has run on it yet" in sentences
    # The servers of the tests run without fsync, which is exactly what the doctor is there to find.
    assert [finding.sentence for finding in findings if finding.verdict is Verdict.FAIL] == [
        "PostgreSQL runs with fsync off: a crash loses data."
    ]


async def test_too_few_connections_are_a_warning(database_url: str) -> None:
    findings = await database_findings(Settings(database_connections=1000), database_url)
    assert Verdict.WARN in verdicts(findings)


async def test_redis_that_answers_and_redis_that_nobody_started(redis_url: str) -> None:
    answering = await redis_finding(redis_url)
    assert answering.verdict is Verdict.OK
    assert "Valkey 9" in answering.sentence
    assert (await redis_finding(None)).verdict is Verdict.OK


async def test_a_cluster_answers_and_is_not_taken_for_one_server(redis_cluster_url: str) -> None:
    answering = await redis_finding(redis_cluster_url)
    assert answering.verdict is Verdict.OK
    assert "on 3 servers" in answering.sentence
    one = redis_cluster_url.replace("redis+cluster", "redis").partition(",")[0]
    mistaken = await redis_finding(one)
    assert mistaken.verdict is Verdict.FAIL
    assert "redis+cluster://" in mistaken.cure
