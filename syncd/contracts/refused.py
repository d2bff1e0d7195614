"""Pure. Why something is not read: the one exception of this package, which never leaves it."""


class Refused(Exception):
    """It cannot be judged; the reason is a clause that reads on after "could not judge:"."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
