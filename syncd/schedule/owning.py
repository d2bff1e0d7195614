"""Pure. Whose work it is: the patterns by which a team owns projects, labels and keys."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import translate

from syncd.model.teams import Team


@dataclass(frozen=True, slots=True)
class Owners:
    """The patterns of all teams, looked up at once. Case makes no difference; of several teams the first of the configuration owns it."""

    teams: Sequence[Team]
    exact: Mapping[str, int] = field(default_factory=dict)
    patterns: re.Pattern[str] | None = None

    @classmethod
    def of(cls, teams: Sequence[Team]) -> "Owners":
        """Make them ready."""
        exact: dict[str, int] = {}
        patterns: list[str] = []
        for place, team in enumerate(teams):
            for pattern in team.owns:
                folded = pattern.strip().casefold()
                if any(sign in folded for sign in "*?["):
                    patterns.append(f"(?P<t{place}_{len(patterns)}>{translate(folded)})")
                else:
                    exact.setdefault(folded, place)
        return cls(teams, exact, re.compile("|".join(patterns)) if patterns else None)

    def owner(self, texts: Iterable[str]) -> Team | None:
        """The team that owns one of these projects, "label:..." or keys."""
        places = [place for text in texts if text and (place := self._place(text.casefold())) is not None]
        return self.teams[min(places)] if places else None

    def _place(self, text: str) -> int | None:
        exact = self.exact.get(text)
        match = self.patterns.match(text) if self.patterns else None
        if match is None or match.lastgroup is None:
            return exact
        place = int(match.lastgroup[1:].partition("_")[0])
        return place if exact is None else min(place, exact)
