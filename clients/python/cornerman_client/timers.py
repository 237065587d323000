"""What a session waits for, beside life."""

from enum import StrEnum


class Timer(StrEnum):
    """The kinds of waiting; of each there is one at a time."""

    JOIN = "join"
    CLOCK = "clock"
    ACK = "ack"
    RENEW = "renew"
    COMMAND = "command"
    FOLLOW = "follow"


def passed(due: dict[Timer, float], now: float) -> list[Timer]:
    """Take out the timers whose time has come."""
    over = [timer for timer, at in due.items() if at <= now]
    for timer in over:
        del due[timer]
    return over
