"""Pure. Later: writes that are wanted but not sent in this pass. Each is put into words when somebody looks at it, and only then."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import overload

from syncd.model.action import Action


@dataclass(frozen=True, slots=True, eq=False)
class Later(Sequence[Action]):
    """Actions that are made anew by `makers` each time they are asked for, followed by the `made` ones. How many there are costs nothing:
    where nothing is written, there may be tens of thousands."""

    makers: tuple[Callable[[], Action], ...]
    made: tuple[Action, ...] = ()

    def __len__(self) -> int:
        return len(self.makers) + len(self.made)

    @overload
    def __getitem__(self, at: int) -> Action: ...

    @overload
    def __getitem__(self, at: slice) -> tuple[Action, ...]: ...

    def __getitem__(self, at: int | slice) -> Action | tuple[Action, ...]:
        if isinstance(at, slice):
            return tuple(self[one] for one in range(*at.indices(len(self))))
        place = range(len(self))[at]
        return self.makers[place]() if place < len(self.makers) else self.made[place - len(self.makers)]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Later | tuple) and tuple(self) == tuple(other)

    def __hash__(self) -> int:
        return hash(tuple(self))


def later(makers: Sequence[Callable[[], Action]], made: Sequence[Action]) -> Sequence[Action]:
    """The actions that these make, followed by those that are made."""
    return Later(tuple(makers), tuple(made)) if makers else tuple(made)
