"""What is made from the wire is whole, true and current."""

import json
import re
from typing import Any

import pytest

from channels.closing import CLOSINGS
from channels.errors import CATALOGUE
from channels.wire.registry import (
    CLIENT_COMMAND_TYPES,
    COMMAND_TYPES,
    EVENT_TYPES,
    NOTICE_TYPES,
    SIGNAL_TYPES,
    STATE_TYPES,
    tag,
)
from scripts.generate import examples
from scripts.generate.__main__ import current, generated
from scripts.generate.asyncapi import asyncapi_document
from scripts.generate.protocol_page import protocol_page
from tests.schema import check_client_frame, check_server_frame, compiled

DOCUMENT = asyncapi_document()
PAGE = protocol_page()


def references(part: Any) -> list[str]:
    """Return every reference in a document."""
    if isinstance(part, list):
        return [found for inner in part for found in references(inner)]
    if not isinstance(part, dict):
        return []
    own = [part["$ref"]] if isinstance(part.get("$ref"), str) else []
    return own + [found for inner in part.values() for found in references(inner)]


def resolve(reference: str) -> Any:
    part: Any = DOCUMENT
    for key in reference.removeprefix("#/").split("/"):
        part = part[key]
    return resolve(part["$ref"]) if "$ref" in part else part


@pytest.mark.parametrize("path", generated())
def test_committed_files_are_current(path: str) -> None:
    assert current(path) == generated()[path], "run `make generate`"


def test_every_message_has_one_example() -> None:
    assert [type(asked.command) for asked in examples.COMMANDS] == list(CLIENT_COMMAND_TYPES)
    assert [type(message) for message in examples.SIGNALS] == list(SIGNAL_TYPES)
    assert [type(message) for message in examples.EVENTS] == list(EVENT_TYPES)
    assert [type(message) for message in examples.STATES] == list(STATE_TYPES)
    assert [type(message) for message in examples.NOTICES] == list(NOTICE_TYPES)


def test_every_reference_leads_somewhere() -> None:
    for reference in references(DOCUMENT):
        assert resolve(reference)


def test_servers_are_examples_that_say_so() -> None:
    for server in DOCUMENT["servers"].values():
        assert re.findall(r"{(\w+)}", server["host"]) == list(server["variables"]) == ["host"]
        assert server["variables"]["host"]["default"] in server["variables"]["host"]["examples"]
        assert server["variables"]["host"]["description"]


def test_examples_are_valid_by_the_document_alone() -> None:
    for message in DOCUMENT["components"]["messages"].values():
        validator = compiled({**message["payload"], "components": DOCUMENT["components"]})
        for example in message["examples"]:
            assert validator.is_valid(example["payload"]), message["name"]


def test_a_reply_is_paired_with_its_command() -> None:
    for command in CLIENT_COMMAND_TYPES:
        operation = DOCUMENT["operations"][tag(command).replace(":", ".")]
        (request,) = [resolve(each["$ref"]) for each in operation["messages"]]
        answer, refusal = [resolve(each["$ref"]) for each in operation["reply"]["messages"]]
        assert request["correlationId"]["location"] == "$message.payload#/id"
        assert answer["correlationId"] == refusal["correlationId"] == {"location": "$message.payload#/re"}
        data = resolve(answer["payload"]["$ref"])["properties"]["data"]["$ref"]
        assert data.endswith(f"/{command.reply.__name__}")


def test_commands_of_the_server_itself_are_not_told() -> None:
    for command in COMMAND_TYPES[len(CLIENT_COMMAND_TYPES) :]:
        assert f'"{tag(command)}"' not in json.dumps(DOCUMENT)
        assert f"### {tag(command)}\n" not in PAGE


def test_the_page_shows_only_frames_of_the_wire() -> None:
    shown = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)]
    assert len(shown) > 2 * len(CLIENT_COMMAND_TYPES)
    for frame in shown:
        document = json.dumps(frame)
        server = any(field in frame for field in ("re", "offset", "version")) or (
            frame["type"] in {tag(notice) for notice in NOTICE_TYPES} and "id" not in frame
        )
        (check_server_frame if server else check_client_frame)(document)


def test_the_page_says_which_time_each_moment_of_a_connection_is() -> None:
    assert "| `now` | moment | always | The person's time. |" in PAGE
    assert PAGE.count("| `token_expires_at` | moment | always | Real time, also in a sandbox. |") == 2
    assert "`token_expires_at` is real time everywhere" in PAGE


def test_the_page_has_every_error_and_close_code_and_no_loose_end() -> None:
    for code in [*CATALOGUE, *(closing.code.value for closing in CLOSINGS)]:
        assert f"| {code} |" in PAGE
    assert "{{" not in PAGE
    anchors = {
        re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-")
        for title in re.findall(r"^#+ (.*)$", PAGE, re.MULTILINE)
    }
    for link in re.findall(r"\(#([\w-]+)\)", PAGE):
        assert link.removesuffix("-1") in anchors, link
