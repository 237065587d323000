"""What a check finds."""

from enum import StrEnum

from msgspec import Struct


class Verdict(StrEnum):
    """How well a part is."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


class Finding(Struct, frozen=True):
    """One part, how well it is, what was seen of it, and what to do, where something is to be done."""

    verdict: Verdict
    sentence: str
    cure: str = ""
