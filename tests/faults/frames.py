"""Every frame that a line sees is held against the schema, once for each that is different: most come to many."""

from tests.schema import check_server_frame

_REMEMBERED = 100_000


class Frames:
    """Gets each frame; `wrong` are those that the schema does not allow, with what is wrong."""

    def __init__(self) -> None:
        self.wrong: list[str] = []
        self.different = 0
        self._known: set[int] = set()

    def __call__(self, frame: bytes) -> None:
        """Check a frame, if it is a new one."""
        known = hash(frame)
        if known in self._known:
            return
        if len(self._known) >= _REMEMBERED:
            self._known.clear()
        self._known.add(known)
        self.different += 1
        try:
            check_server_frame(frame)
        except AssertionError as error:
            self.wrong.append(str(error)[:500])
