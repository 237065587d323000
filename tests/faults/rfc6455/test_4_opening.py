"""Section 4: the opening handshake."""

import base64
from hashlib import sha1

import pytest

from channels.wire.codec import Subprotocol
from tests.faults.rfc6455.conftest import Open
from tests.faults.rfc6455.raw import KEY, TEXT, Answer, Raw, as_header, command, opening, sent
from tests.nodes import Person

GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


async def ask(dial: Open, request: bytes) -> Answer:
    raw = await dial()
    raw.send(request)
    return await raw.answer()


async def refused(dial: Open, request: bytes) -> Answer:
    """Return the answer to a handshake that is none: an error, and then no WebSocket."""
    raw = await dial()
    raw.send(request)
    answer = await raw.answer()
    assert 400 <= answer.status < 500, answer
    assert answer.value("sec-websocket-accept") is None
    raw.finish()
    await raw.end()
    return answer


class TestTheRequest:
    """Sections 4.1 and 4.2.1."""

    async def test_4_2_1_a_right_handshake_opens_a_websocket(self, dial: Open) -> None:
        assert (await ask(dial, opening())).status == 101

    @pytest.mark.parametrize("method", ["POST", "PUT", "HEAD", "OPTIONS"])
    async def test_4_2_1_a_method_other_than_get_is_refused(self, dial: Open, method: str) -> None:
        await refused(dial, opening(method=method))

    async def test_4_2_1_http_1_0_is_refused(self, dial: Open) -> None:
        await refused(dial, opening(version="HTTP/1.0"))

    async def test_4_2_1_an_absolute_uri_names_the_same_resource(self, dial: Open) -> None:
        assert (await ask(dial, opening(target="http://localhost/live"))).status == 101

    async def test_4_2_1_another_resource_is_refused(self, dial: Open) -> None:
        await refused(dial, opening(target="/elsewhere"))

    async def test_4_2_1_a_handshake_without_host_is_refused(self, dial: Open) -> None:
        await refused(dial, opening(without="Host"))

    async def test_4_2_1_a_handshake_with_two_hosts_is_refused(self, dial: Open) -> None:
        await refused(dial, opening("Host: elsewhere"))

    async def test_4_2_1_without_upgrade_it_is_no_handshake(self, dial: Open) -> None:
        await refused(dial, opening(without="Upgrade"))

    async def test_4_2_1_another_upgrade_is_none_to_websocket(self, dial: Open) -> None:
        await refused(dial, opening(Upgrade="h2c"))

    async def test_4_2_1_without_connection_it_is_no_handshake(self, dial: Open) -> None:
        await refused(dial, opening(without="Connection"))

    async def test_4_2_1_a_connection_of_another_kind_is_no_handshake(self, dial: Open) -> None:
        await refused(dial, opening(Connection="keep-alive"))

    async def test_4_2_1_upgrade_and_connection_are_matched_in_any_case(self, dial: Open) -> None:
        request = opening(Upgrade="WebSocket", Connection="UPGRADE")
        assert (await ask(dial, request)).status == 101

    async def test_4_2_1_connection_may_name_more_than_the_upgrade(self, dial: Open) -> None:
        assert (await ask(dial, opening(Connection="keep-alive, Upgrade"))).status == 101

    async def test_4_2_1_connection_may_stand_in_several_lines(self, dial: Open) -> None:
        assert (await ask(dial, opening("Connection: keep-alive"))).status == 101

    async def test_4_2_1_header_names_are_matched_in_any_case(self, dial: Open) -> None:
        request = opening().replace(b"Sec-WebSocket-", b"SEC-websocket-").replace(b"Host", b"hOST")
        assert (await ask(dial, request)).status == 101

    @pytest.mark.parametrize("key", [b"x" * 15, b"x" * 17, b""], ids=["15 bytes", "17 bytes", "empty"])
    async def test_4_2_1_a_key_of_another_length_is_refused(self, dial: Open, key: bytes) -> None:
        await refused(dial, opening(Sec_WebSocket_Key=as_header(key)))

    async def test_4_2_1_a_key_that_is_no_base64_is_refused(self, dial: Open) -> None:
        await refused(dial, opening(Sec_WebSocket_Key="this is not base64 at all"))

    async def test_4_2_1_a_handshake_without_key_is_refused(self, dial: Open) -> None:
        await refused(dial, opening(without="Sec-WebSocket-Key"))

    async def test_11_3_1_a_handshake_with_two_keys_is_refused(self, dial: Open) -> None:
        await refused(dial, opening(f"Sec-WebSocket-Key: {KEY}"))

    async def test_4_2_1_fields_that_nobody_knows_are_passed_over(self, dial: Open) -> None:
        assert (await ask(dial, opening("Cookie: a=b", "X-Unknown: \xe4"))).status == 101

    @pytest.mark.parametrize(
        ("line", "body"), [("Content-Length: 5", b"hello"), ("Transfer-Encoding: chunked", b"0\r\n\r\n")]
    )
    async def test_4_2_1_a_handshake_with_a_body_is_refused(self, dial: Open, line: str, body: bytes) -> None:
        await refused(dial, opening(line) + body)

    @pytest.mark.parametrize(
        "lines",
        [[f"X-{number}: x" for number in range(200)], ["X: " + "x" * 9000]],
        ids=["200 lines", "a line of 9,000 bytes"],
    )
    async def test_4_2_1_a_handshake_that_is_too_large_is_refused(self, dial: Open, lines: list[str]) -> None:
        assert (await refused(dial, opening(*lines))).status == 431

    async def test_4_2_1_a_handshake_in_single_bytes_opens_a_websocket(self, dial: Open) -> None:
        raw = await dial()
        for byte in opening():
            raw.send(bytes((byte,)))
            await raw.sent()
        assert (await raw.answer()).status == 101

    async def test_4_1_frames_may_follow_in_the_segment_of_the_handshake(self, open_socket: Open) -> None:
        raw: Raw = await open_socket(early=sent(0x9, b"early"))
        assert (await raw.frame()).payload == b"early"


class TestTheAnswer:
    """Section 4.2.2."""

    async def test_4_2_2_the_accept_value_is_that_of_the_sample(self, dial: Open) -> None:
        answer = await ask(dial, opening())
        assert answer.value("sec-websocket-accept") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="

    async def test_4_2_2_the_accept_value_is_made_from_the_key(self, dial: Open) -> None:
        key = as_header(b"sixteen bytes ok")
        answer = await ask(dial, opening(Sec_WebSocket_Key=key))
        expected = base64.b64encode(sha1((key + GUID).encode()).digest()).decode()
        assert answer.value("sec-websocket-accept") == expected

    async def test_4_2_2_it_says_what_is_upgraded_to(self, dial: Open) -> None:
        answer = await ask(dial, opening())
        assert (answer.value("upgrade") or "").lower() == "websocket"
        assert (answer.value("connection") or "").lower() == "upgrade"

    @pytest.mark.parametrize("version", ["12", "8", "14", "13, 8", "x"])
    async def test_4_2_2_another_version_is_told_the_one_that_is_spoken(
        self, dial: Open, version: str
    ) -> None:
        answer = await refused(dial, opening(Sec_WebSocket_Version=version))
        assert answer.status == 426
        assert answer.value("sec-websocket-version") == "13"

    async def test_4_2_2_no_version_is_told_the_one_that_is_spoken(self, dial: Open) -> None:
        answer = await refused(dial, opening(without="Sec-WebSocket-Version"))
        assert answer.value("sec-websocket-version") == "13"

    async def test_4_4_a_second_handshake_with_the_version_that_was_told_is_accepted(
        self, dial: Open
    ) -> None:
        told = (await refused(dial, opening(Sec_WebSocket_Version="25"))).value("sec-websocket-version")
        assert (await ask(dial, opening(Sec_WebSocket_Version=told or ""))).status == 101

    @pytest.mark.parametrize("subprotocol", list(Subprotocol))
    async def test_4_2_2_a_subprotocol_that_is_ours_is_agreed(
        self, dial: Open, subprotocol: Subprotocol
    ) -> None:
        answer = await ask(dial, opening(f"Sec-WebSocket-Protocol: {subprotocol}"))
        assert answer.value("sec-websocket-protocol") == subprotocol

    async def test_4_2_2_of_several_the_first_that_is_ours_is_agreed(self, dial: Open) -> None:
        line = f"Sec-WebSocket-Protocol: chat, {Subprotocol.MSGPACK}, {Subprotocol.JSON}"
        assert (await ask(dial, opening(line))).value("sec-websocket-protocol") == Subprotocol.MSGPACK

    async def test_11_3_4_subprotocols_may_stand_in_several_lines(self, dial: Open) -> None:
        lines = "Sec-WebSocket-Protocol: chat", f"Sec-WebSocket-Protocol: {Subprotocol.JSON}"
        assert (await ask(dial, opening(*lines))).value("sec-websocket-protocol") == Subprotocol.JSON

    @pytest.mark.parametrize("offered", ["chat", "CORNERMAN.v1.json", "cornerman.v1"])
    async def test_4_2_2_one_that_is_not_ours_is_not_agreed(self, dial: Open, offered: str) -> None:
        answer = await ask(dial, opening(f"Sec-WebSocket-Protocol: {offered}"))
        assert (answer.status, answer.values("sec-websocket-protocol")) == (101, [])

    async def test_4_2_2_without_an_offer_none_is_named(self, dial: Open) -> None:
        assert (await ask(dial, opening())).values("sec-websocket-protocol") == []


class TestExtensions:
    """Section 9.1."""

    @pytest.mark.parametrize(
        "offered",
        [
            "permessage-deflate",
            "permessage-deflate; client_max_window_bits; server_no_context_takeover",
            "x-webkit-deflate-frame",
            'a-made-up-one; with="value"; flag, another',
        ],
    )
    async def test_9_1_no_extension_is_agreed(self, dial: Open, offered: str) -> None:
        answer = await ask(dial, opening(f"Sec-WebSocket-Extensions: {offered}"))
        assert (answer.status, answer.values("sec-websocket-extensions")) == (101, [])

    async def test_9_1_extensions_may_stand_in_several_lines(self, dial: Open) -> None:
        lines = ["Sec-WebSocket-Extensions: permessage-deflate"] * 2
        assert (await ask(dial, opening(*lines))).values("sec-websocket-extensions") == []

    @pytest.mark.parametrize("malformed", [";", "a b", 'a; b="', "a; ;b"])
    async def test_9_1_a_malformed_offer_is_refused(self, dial: Open, malformed: str) -> None:
        assert (await refused(dial, opening(f"Sec-WebSocket-Extensions: {malformed}"))).status == 400


class TestAfterTheHandshake:
    async def test_4_2_2_the_person_may_come_in_the_header(self, dial: Open, person: Person) -> None:
        raw = await dial()
        raw.send(opening(f"Authorization: Bearer {person.access_token}"))
        assert (await raw.answer()).status == 101
        raw.send(sent(TEXT, command(1, "connect", data={"device": "header"})))
        assert (await raw.reply())["data"]["user"] == person.user_id
