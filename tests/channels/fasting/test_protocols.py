from datetime import timedelta

from channels.fasting.protocols import PROTOCOLS


def test_the_protocols_on_offer_go_by_the_names_that_people_write() -> None:
    assert list(PROTOCOLS) == ["12:12", "14:10", "16:8", "18:6", "20:4", "OMAD"]


def test_a_clock_like_id_says_its_own_hours() -> None:
    for protocol_id, protocol in PROTOCOLS.items():
        if ":" in protocol_id:
            assert protocol_id == f"{protocol.fasting_hours}:{protocol.eating_hours}"


def test_one_meal_a_day_leaves_about_an_hour_to_eat() -> None:
    assert PROTOCOLS["OMAD"].fasting_hours == 23


def test_fasting_and_eating_make_a_day() -> None:
    for protocol in PROTOCOLS.values():
        assert protocol.fasting_hours + protocol.eating_hours == 24


def test_a_fast_lasts_its_protocol_s_fasting_hours() -> None:
    assert PROTOCOLS["16:8"].duration == timedelta(hours=16)


def test_each_has_a_sentence_and_a_source() -> None:
    for protocol in PROTOCOLS.values():
        assert protocol.description.endswith(".")
        assert "Koppold et al. 2024" in protocol.source
