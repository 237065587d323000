"""What a noun brings to the house."""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from server.execution import Capability
from server.live.kinds import TopicKind


class Noun(Struct, frozen=True, kw_only=True):
    """One noun. `sandbox` are the commands that it has only where time may run; `kinds` goes by the topics' prefix."""

    capabilities: tuple[Capability[Any, Any, Any], ...]
    sandbox: tuple[Capability[Any, Any, Any], ...] = ()
    kinds: Mapping[str, TopicKind] = {}
