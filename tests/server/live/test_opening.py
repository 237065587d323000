"""What an opening handshake may hold; over a real connection it is tried in tests/faults/rfc6455."""

import pytest

from server.live.opening import MALFORMED, TOO_LARGE, Fault, fault, resource, upgrade

HOST = (b"host", b"localhost")
VERSION = (b"sec-websocket-version", b"13")


def offering(extensions: bytes) -> Fault | None:
    return fault("1.1", [HOST, VERSION, (b"sec-websocket-extensions", extensions)])


def status(http_version: str, *headers: tuple[bytes, bytes]) -> int | None:
    found = fault(http_version, headers)
    return None if found is None else found.status


class TestFault:
    def test_a_right_one_has_none(self) -> None:
        assert fault("1.1", [HOST, VERSION]) is None

    @pytest.mark.parametrize("version", ["0.9", "1.0"])
    def test_an_older_http_is_malformed(self, version: str) -> None:
        assert status(version, HOST, VERSION) == 400

    @pytest.mark.parametrize("hosts", [[], [HOST, HOST]])
    def test_there_is_one_host(self, hosts: list[tuple[bytes, bytes]]) -> None:
        assert status("1.1", VERSION, *hosts) == 400

    @pytest.mark.parametrize("versions", [[], [b"12"], [b"13, 8"], [b"13", b"13"]])
    def test_another_version_is_told_the_one_that_is_spoken(self, versions: list[bytes]) -> None:
        found = fault("1.1", [HOST, *((b"sec-websocket-version", value) for value in versions)])
        assert found is not None
        assert b"sec-websocket-version: 13\r\n" in found.answer
        assert found.answer.startswith(b"HTTP/1.1 426 Upgrade Required\r\n")

    @pytest.mark.parametrize("offer", [b"a", b'a; b="c"; d, e', b"permessage-deflate; x=1"])
    def test_extensions_that_are_well_formed_are_none(self, offer: bytes) -> None:
        assert offering(offer) is None

    @pytest.mark.parametrize("offer", [b";", b"a b", b'a; b="', b"\xe4"])
    def test_extensions_that_are_not_are_malformed(self, offer: bytes) -> None:
        assert offering(offer) is MALFORMED

    @pytest.mark.parametrize("each", [MALFORMED, TOO_LARGE])
    def test_its_answer_is_whole_and_the_last(self, each: Fault) -> None:
        head, _, body = each.answer.partition(b"\r\n\r\n")
        assert b"connection: close" in head.split(b"\r\n")
        assert b"content-length: %d" % len(body) in head.split(b"\r\n")
        assert body.decode() == each.sentence


class TestUpgrade:
    def test_it_is_read_in_any_case_and_from_several_lines(self) -> None:
        lines = [(b"connection", b"keep-alive"), (b"upgrade", b"WebSocket"), (b"connection", b"x, UPGRADE")]
        assert upgrade(lines) == b"websocket"

    def test_connection_has_to_name_it(self) -> None:
        assert upgrade([(b"connection", b"close"), (b"upgrade", b"websocket")]) is None

    def test_without_the_field_there_is_none(self) -> None:
        assert upgrade([(b"connection", b"upgrade")]) is None


class TestResource:
    @pytest.mark.parametrize(
        ("target", "path"),
        [
            (b"/live", b"/live"),
            (b"/live?a=b", b"/live?a=b"),
            (b"http://localhost/live", b"/live"),
            (b"HTTPS://localhost:8000/live?a=b", b"/live?a=b"),
            (b"http://localhost", b"/"),
            (b"*", b"*"),
        ],
    )
    def test_it_is_path_and_query(self, target: bytes, path: bytes) -> None:
        assert resource(target) == path
