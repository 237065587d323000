"""Sign-ins that are remembered."""

import fcntl
from pathlib import Path
from typing import TextIO

import pytest

from server.cli.live.keeping import Kept, take, take_all, take_empty

URL = "http://127.0.0.1:8000"
ANN = Kept(email="ann@example.com", device="desk-1", refresh_token="token-1")
BOB = Kept(email="bob@example.com", device="desk-2", refresh_token="token-2")


def keep(folder: Path, *sign_ins: Kept) -> None:
    places = [take(folder, URL, None) for _ in sign_ins]
    for place, kept in zip(places, sign_ins, strict=True):
        place.keep(kept)
    for place in places:
        place.release()


def test_a_sign_in_is_remembered_and_replaced_by_a_newer_one(tmp_path: Path) -> None:
    place = take(tmp_path, URL, None)
    assert place.read() is None
    place.keep(ANN)
    newer = Kept(email=ANN.email, device=ANN.device, refresh_token="t")
    place.keep(newer)
    place.release()
    assert take(tmp_path, URL, None).read() == newer


def test_only_its_owner_can_read_it(tmp_path: Path) -> None:
    keep(tmp_path / "config", ANN)
    (file,) = (tmp_path / "config").iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700


def test_two_views_at_once_never_share_a_sign_in(tmp_path: Path) -> None:
    keep(tmp_path, ANN, BOB)
    first, second, third = (take(tmp_path, URL, None) for _ in range(3))
    assert (first.read(), second.read(), third.read()) == (ANN, BOB, None)


def test_the_person_who_is_named_is_found(tmp_path: Path) -> None:
    keep(tmp_path, ANN, BOB)
    assert take(tmp_path, URL, BOB.email).read() == BOB


def test_somebody_who_is_not_remembered_gets_an_empty_place(tmp_path: Path) -> None:
    keep(tmp_path, ANN)
    assert take(tmp_path, URL, "eve@example.com").read() is None
    assert take(tmp_path, URL, ANN.email).read() == ANN


def test_each_server_has_its_own(tmp_path: Path) -> None:
    keep(tmp_path, ANN)
    assert take(tmp_path, "https://api.example.org", None).read() is None


def test_what_was_forgotten_is_gone_and_its_place_is_used_again(tmp_path: Path) -> None:
    keep(tmp_path, ANN, BOB)
    places, _ = take_all(tmp_path, URL)
    for place in places:
        place.forget()
        place.release()
    assert take_all(tmp_path, URL) == ([], 0)
    keep(tmp_path, BOB)
    assert len(list(tmp_path.iterdir())) == 1


def test_sign_ins_that_views_use_are_not_taken_but_counted(tmp_path: Path) -> None:
    keep(tmp_path, ANN, BOB)
    used = take(tmp_path, URL, ANN.email)
    asking = take_empty(tmp_path, URL)
    places, in_use = take_all(tmp_path, URL)
    assert ([place.read() for place in places], in_use) == ([BOB], 1)
    for place in (used, asking, *places):
        place.release()


def test_a_view_that_kept_nothing_leaves_no_file(tmp_path: Path) -> None:
    keep(tmp_path, ANN)
    for _ in range(2):
        place = take(tmp_path, URL, BOB.email)
        place.release()
    (file,) = tmp_path.iterdir()
    assert file.name.endswith("-1.json")


def test_who_comes_in_between_does_not_hold_a_file_that_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = take(tmp_path, URL, None)
    flock = fcntl.flock

    def released(file: TextIO, how: int) -> None:
        first.release()
        monkeypatch.setattr(fcntl, "flock", flock)
        flock(file, how)

    monkeypatch.setattr(fcntl, "flock", released)
    second = take(tmp_path, URL, None)
    second.keep(ANN)
    second.release()
    assert take(tmp_path, URL, None).read() == ANN


def test_a_new_account_takes_nobodys_place(tmp_path: Path) -> None:
    keep(tmp_path, ANN)
    place = take_empty(tmp_path, URL)
    assert place.read() is None
    place.keep(BOB)
    place.release()
    assert take(tmp_path, URL, ANN.email).read() == ANN


def test_a_spoilt_file_is_nothing_remembered(tmp_path: Path) -> None:
    keep(tmp_path, ANN)
    next(tmp_path.iterdir()).write_text("{")
    assert take(tmp_path, URL, None).read() is None


def test_places_come_to_an_end(tmp_path: Path) -> None:
    held = [take(tmp_path, URL, None) for _ in range(32)]
    with pytest.raises(OSError, match="--forget"):
        take(tmp_path, URL, None)
    assert len(held) == 32
