"""The daily fasting protocols on offer: how many hours without food, how many with.

What counts as time-restricted eating (at least 14 hours without food a day) is the international consensus of Koppold
et al. 2024. The sentences are orientation for a person who chooses, no medical advice.
"""

from datetime import timedelta
from typing import Annotated, Final

from msgspec import Meta, Struct

from channels.wire.fasting import ProtocolId

CONSENSUS: Final = "Koppold et al. 2024, Cell Metabolism, doi:10.1016/j.cmet.2024.06.013"
CUSTOM: Final = "Common practice; not a term of the consensus of Koppold et al. 2024"

_Hours = Annotated[int, Meta(ge=1, le=24)]


class FastingProtocol(Struct, frozen=True, kw_only=True):
    """A daily rhythm of fasting and eating, in whole hours that add up to a day."""

    protocol_id: ProtocolId
    fasting_hours: _Hours
    eating_hours: _Hours
    description: str
    source: str

    @property
    def duration(self) -> timedelta:
        """How long a fast of this protocol lasts."""
        return timedelta(hours=self.fasting_hours)


_ROWS: Final = (
    ("12:12", 12, "Half of each day without food, most of it asleep: a gentle beginning.", CUSTOM),
    (
        "14:10",
        14,
        "A longer night: the shortest daily fast that counts as time-restricted eating.",
        CONSENSUS,
    ),
    ("16:8", 16, "Two or three meals within eight hours; the rhythm that most people choose.", CONSENSUS),
    ("18:6", 18, "Two meals within six hours, for people who are used to 16:8.", CONSENSUS),
    ("20:4", 20, "A short window in the afternoon or evening, for experienced people.", CONSENSUS),
    ("OMAD", 23, "One meal a day, eaten within about an hour, for experienced people.", CONSENSUS),
)

PROTOCOLS: Final = {
    protocol_id: FastingProtocol(
        protocol_id=protocol_id,
        fasting_hours=hours,
        eating_hours=24 - hours,
        description=description,
        source=source,
    )
    for protocol_id, hours, description, source in _ROWS
}
"""Every protocol by its id, from the gentlest on."""
