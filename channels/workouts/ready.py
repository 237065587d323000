"""Ready-made routines: interval trainings as they were published.

Figures and targets are the sources'; where a source leaves something open (how many rounds, how easy time is spread),
the note says that it is a choice of ours.
"""

from typing import Final

from channels.wire.routine import IntervalsBlock, Origin, OriginKind, Routine, Station

_MINUTE: Final = 60
_PREPARE: Final = 10
_HARD: Final = "Two or three hard sessions a week are enough, with a day or two between them."


def _routine(routine_id: str, name: str, block: IntervalsBlock, *, source: str, note: str = "") -> Routine:
    return Routine(
        routine_id=routine_id,
        name=name,
        blocks=(block,),
        note=" ".join(filter(None, (note, _HARD))),
        origin=Origin(kind=OriginKind.READY, of=routine_id),
        source=source,
    )


_ROUTINES: Final = (
    _routine(
        "tabata",
        "Tabata",
        IntervalsBlock(
            stations=(Station(work_seconds=20, rest_seconds=10, target="170 % of VO2max: all you have"),),
            rounds=8,
            prepare_seconds=_PREPARE,
        ),
        source="Tabata et al., Medicine & Science in Sports & Exercise 28(10), 1996, "
        "doi:10.1097/00005768-199610000-00018",
        note="Seven or eight rounds exhaust at the study's effort. Warm up before.",
    ),
    _routine(
        "30-30",
        "30/30 (Billat)",
        IntervalsBlock(
            stations=(Station(work_seconds=30, rest_seconds=30, target="100 % of vVO2max, then 50 %"),),
            rounds=15,
            prepare_seconds=_PREPARE,
        ),
        source="Billat et al., European Journal of Applied Physiology 81, 2000, doi:10.1007/s004210050029",
        note="Warm up before. The study's runners went on until they could no more; fifteen rounds are our choice.",
    ),
    _routine(
        "15-15",
        "15/15",
        IntervalsBlock(
            stations=(
                Station(work_seconds=15, rest_seconds=15, target="90-95 % of HRmax, then easy at 70 %"),
            ),
            rounds=47,
            prepare_seconds=_PREPARE,
        ),
        source="Helgerud et al., Medicine & Science in Sports & Exercise 39(4), 2007, "
        "doi:10.1249/mss.0b013e3180304570",
        note="Warm up before.",
    ),
    _routine(
        "40-20",
        "40/20",
        IntervalsBlock(
            stations=(Station(work_seconds=40, rest_seconds=20, target="Hard, and the same in each round"),),
            rounds=10,
            prepare_seconds=_PREPARE,
        ),
        source="A custom of group classes, two parts of work to one of rest; no study is behind its figures",
        note="Warm up before. Ten rounds are our choice.",
    ),
    _routine(
        "emom",
        "EMOM",
        IntervalsBlock(
            stations=(
                Station(work_seconds=_MINUTE, target="Your repetitions, then rest until the minute is over"),
            ),
            rounds=10,
            prepare_seconds=_PREPARE,
        ),
        source="Glassman, CrossFit Journal 13, 2003 (Chelsea: every minute on the minute for 10, 20 or 30 minutes)",
        note="Every minute on the minute: begin the same repetitions anew.",
    ),
    _routine(
        "amrap",
        "AMRAP",
        IntervalsBlock(
            stations=(Station(work_seconds=20 * _MINUTE, target="As many rounds as possible"),),
            prepare_seconds=_PREPARE,
        ),
        source="CrossFit's benchmark Cindy: 5 pull-ups, 10 push-ups, 15 squats, for 20 minutes",
        note="As many rounds as possible of a few exercises: log what each round was.",
    ),
    _routine(
        "norwegian-4x4",
        "Norwegian 4 x 4",
        IntervalsBlock(
            stations=(
                Station(
                    work_seconds=4 * _MINUTE,
                    rest_seconds=3 * _MINUTE,
                    target="85-95 % of HRmax, then easy at 60-70 %",
                ),
            ),
            rounds=4,
            warm_up_seconds=10 * _MINUTE,
            cool_down_seconds=5 * _MINUTE,
        ),
        source="Helgerud et al., Medicine & Science in Sports & Exercise 39(4), 2007, "
        "doi:10.1249/mss.0b013e3180304570 (90-95 %); NTNU's Cardiac Exercise Research Group (85-95 %)",
        note="After four you should feel that a fifth were possible.",
    ),
    _routine(
        "10x60",
        "10 x 60/60",
        IntervalsBlock(
            stations=(Station(work_seconds=60, rest_seconds=60, target="90 % of HRmax, then easy"),),
            rounds=10,
            warm_up_seconds=3 * _MINUTE,
            cool_down_seconds=2 * _MINUTE,
        ),
        source="Little et al., Journal of Applied Physiology 111, 2011, doi:10.1152/japplphysiol.00921.2011",
    ),
    _routine(
        "10-20-30",
        "10-20-30",
        IntervalsBlock(
            stations=(
                Station(work_seconds=30, target="Easy: less than 30 % of your fastest"),
                Station(work_seconds=20, target="Moderate: less than 60 %"),
                Station(work_seconds=10, target="Near your fastest: more than 90 %"),
            )
            * 5,
            rounds=3,
            round_rest_seconds=2 * _MINUTE,
            prepare_seconds=_PREPARE,
        ),
        source="Gunnarsson and Bangsbo, Journal of Applied Physiology 113, 2012, doi:10.1152/japplphysiol.00334.2012",
        note="Warm up before. Three blocks of five minutes; later four.",
    ),
    _routine(
        "sprints-30",
        "30 s sprints (Wingate)",
        IntervalsBlock(
            stations=(Station(work_seconds=30, rest_seconds=4 * _MINUTE, target="All out, then easy"),),
            rounds=4,
            prepare_seconds=_PREPARE,
        ),
        source="Burgomaster et al., Journal of Applied Physiology 98, 2005, doi:10.1152/japplphysiol.01095.2004",
        note="Warm up before. The study began with four sprints and came to seven.",
    ),
    _routine(
        "sprints-20",
        "3 x 20 s sprints",
        IntervalsBlock(
            stations=(Station(work_seconds=20, rest_seconds=2 * _MINUTE, target="All out, then easy"),),
            rounds=3,
            warm_up_seconds=2 * _MINUTE,
            cool_down_seconds=3 * _MINUTE,
        ),
        source="Gillen et al., PLoS ONE 11(4), 2016, doi:10.1371/journal.pone.0154075",
    ),
    _routine(
        "rehit",
        "REHIT",
        IntervalsBlock(
            stations=(Station(work_seconds=20, rest_seconds=200, target="All out, then easy"),),
            rounds=2,
            warm_up_seconds=3 * _MINUTE,
            cool_down_seconds=3 * _MINUTE,
        ),
        source="Metcalfe et al., European Journal of Applied Physiology 112, 2012, doi:10.1007/s00421-011-2254-z",
        note="Ten minutes of easy cycling with two sprints; where in them they lie is our choice.",
    ),
)

READY: Final = {routine.routine_id: routine for routine in _ROUTINES}
"""By their ids, which are names."""
