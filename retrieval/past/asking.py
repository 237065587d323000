"""Words that ask about the past, and say nothing of what is asked for."""

from typing import Final

from retrieval.words import stem

ASKING: Final = frozenset(
    """
    a about again all am amount an and any are at be been but by can could day days did do does doing done
    during each earliest ever every exercise exercises find first for from get give go had has have hit how
    i if in is it its last latest lift lifted lifts list long look made make many max me month most much my
    newest number of often oldest on or our out past per personal please recent recently record records rep
    reps session sessions set sets show since so tell than that the their them then there they this time
    times to total track train trained training use used was we week weight weights went were what when
    where which who why with workout workouts year you your
    """.split()  # noqa: SIM905 - a list of them would be a page long
)
QUIET: Final = frozenset(stem(word) for word in ASKING)
"""What is no evidence of anything."""
