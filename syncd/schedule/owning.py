"""Pure. Whose work it is: the patterns by which a team owns projects, labels and keys."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import translate

from syncd.model.teams import Team

Pattern = tuple[int, re.Pattern[str]]


@dataclass(frozen=True, slots=True)
class Owners:
    """The patterns of all teams. Case makes no difference; of several teams the first of the configuration owns it.

    `exact`: a text without wildcards -> the place of its team. `patterns`: length of what stands before the first wildcard -> that
    beginning -> patterns; so a text is compared with few of them.
    """

    teams: Sequence[Team]
    exact: Mapping[str, int]
    patterns: Mapping[int, Mapping[str, Sequence[Pattern]]]
    _names: dict[str, int | None] = field(default_factory=dict)
    _labels: dict[str, int | None] = field(default_factory=dict)

    @classmethod
    def of(cls, teams: Sequence[Team]) -> "Owners":
        """Make them ready."""
        exact: dict[str, int] = {}
        patterns: dict[int, dict[str, list[Pattern]]] = {}
        for place, team in enumerate(teams):
            for pattern in team.owns:
                folded = pattern.strip().casefold()
                beginning = re.split(r"[*?\[]", folded, maxsplit=1)[0]
                if beginning == folded:
                    exact.setdefault(folded, place)
                else:
                    compiled = place, re.compile(translate(folded))
                    patterns.setdefault(len(beginning), {}).setdefault(beginning, []).append(compiled)
        return cls(teams, exact, patterns)

    def owner(self, names: Iterable[str], labels: Iterable[str], key: str) -> Team | None:
        """The team that owns one of these projects or labels, or that key. What `names` and `labels` belong to is remembered: many have
        the same ones."""
        places = [self._place(key.casefold())] if key else []
        for known, texts, prefix in ((self._names, names, ""), (self._labels, labels, "label:")):
            for text in texts:
                if text not in known:
                    known[text] = self._place((prefix + text).casefold())
                places.append(known[text])
        best = min([place for place in places if place is not None], default=None)
        return None if best is None else self.teams[best]

    def _place(self, text: str) -> int | None:
        found = [self.exact[text]] if text in self.exact else []
        for length, beginnings in self.patterns.items():
            for place, pattern in beginnings.get(text[:length], ()):
                if pattern.match(text):
                    found.append(place)
        return min(found, default=None)
