"""Pure. A scenario as people write it: sections of TOML, or `NAME.key=value` one by one; all that is wrong with it is told together."""

import contextlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from syncd.model.problem import Problem
from syncd.model.ref import Ref
from syncd.model.rows import Absence, Dependency, Item, Person, Quantity, Window
from syncd.model.snapshot import Snapshot
from syncd.model.teams import Member
from syncd.schedule.document import FIRST, LAST
from syncd.schedule.durations import LONGEST
from syncd.schedule.scenario import Scenario
from syncd.schedule.scenario_values import lag_of, listed, meant, working_minutes

SECTIONS: Mapping[str, tuple[str, ...]] = {
    "milestones": ("due", "start", "status", "class"),
    "items": ("due", "start", "status", "estimate", "remaining", "assignees", "milestone"),
    "teams": ("add", "remove"),
    "new": ("key", "title", "milestone", "estimate", "assignees", "type", "due", "start", "after", "before"),
    "leave": ("person", "start", "end"),
    "freezes": ("scope", "start", "end", "title"),
    "links": ("from", "to", "relation", "lag", "strength"),
    "unlink": ("from", "to"),
}
"""The sections of a scenario with their keys. Those from `new` on are lists of tables."""
_JOINING = ("n", "person", "share", "skills", "since", "until")
_STATES = ("todo", "doing", "done", "dropped")
_RELATIONS = ("FS", "SS", "FF", "SF")
_STRENGTHS = ("hard", "soft", "external")


def read_scenario(document: Mapping[str, Any], snapshot: Snapshot, file: str) -> tuple[Scenario, tuple[Problem, ...]]:
    """The scenario, and all that is wrong with it: unknown keys and names with what may be meant, values that cannot be read."""
    reader = _Reader.of(snapshot, file)
    scenario = reader.scenario(document)
    return scenario, tuple(reader.problems)


@dataclass(slots=True)
class _Reader:
    snapshot: Snapshot
    file: str
    milestones: Mapping[str, set[Ref]]
    items: Mapping[str, set[Ref]]
    people: Mapping[str, Person]
    problems: list[Problem] = field(default_factory=list)
    fresh: dict[str, Ref] = field(default_factory=dict)

    @classmethod
    def of(cls, snapshot: Snapshot, file: str) -> "_Reader":
        milestones: dict[str, set[Ref]] = {}
        for anchor, milestone in snapshot.milestones.items():
            for ref in {anchor, *milestone.sources}:
                _name(milestones, (ref.key, ref.url, ref.id, str(ref)), anchor)
            _name(milestones, (milestone.title,), anchor)
        items: dict[str, set[Ref]] = {}
        for ref in snapshot.items:
            _name(items, (ref.key, ref.url, ref.id, str(ref)), ref)
        people = {name.casefold(): human.person for human in snapshot.humans for _, name in (*human.names, *human.logins)}
        people |= {human.person.name.casefold(): human.person for human in snapshot.humans}
        return cls(snapshot, file, milestones, items, people)

    def wrong(self, key: str, text: str, cure: str) -> None:
        self.problems.append(Problem(self.file, key, text, cure))

    def scenario(self, document: Mapping[str, Any]) -> Scenario:
        self._known(document, {"name": None, "any": None, **dict.fromkeys(SECTIONS)}, "")
        for place, table in enumerate(self._tables(document, "new")):
            key = table.get("key")
            folded = key.strip().casefold() if isinstance(key, str) else ""
            if not isinstance(key, str) or not folded:
                self.wrong(f"new[{place}]", "a new item has no key", 'Give it one: key = "NEW-1".')
            elif folded in self.fresh or folded in self.items or folded in self.milestones:
                self.wrong(f"new[{place}].key", f"there is a {key} already", "Give the new item a key of its own.")
            else:
                self.fresh[folded] = Ref("scenario", "items", key, key=key)
        milestones, items = dict(self._section(document, "milestones")), dict(self._section(document, "items"))
        for name, keys in self._section(document, "any").items():
            known = name.casefold() in self.milestones and name.casefold() not in self.items
            (milestones if known else items)[name] = keys
        edits = {
            ref: self._milestone(name, keys)
            for name, keys in milestones.items()
            if (ref := self._ref(name, self.milestones, "milestone"))
        }
        changed = {
            ref: self._item(name, keys)
            for name, keys in items.items()
            if (ref := self._ref(name, self.items, "item or milestone"))
        }
        joining, leaving = self._teams(self._section(document, "teams"))
        new = [self._new(table, own) for table in self._tables(document, "new") if (own := self._own(table))]
        return Scenario(
            name=str(document.get("name", "")),
            milestones={ref: fields for ref, fields in edits.items() if fields},
            items={ref: fields for ref, (fields, _) in changed.items() if fields},
            moved={ref: to[0] for ref, (_, to) in changed.items() if to},
            new=tuple(new),
            joining=joining,
            leaving=leaving,
            leave=tuple(one for place, table in enumerate(self._tables(document, "leave")) if (one := self._leave(place, table))),
            freezes=tuple(
                window for place, table in enumerate(self._tables(document, "freezes")) if (window := self._freeze(place, table))
            ),
            links=(*self._links(document), *self._around(document)),
            unlinked=frozenset(self._unlinked(document)),
        )

    # ------------------------------------------------------------------------------------------------------- sections

    def _section(self, document: Mapping[str, Any], name: str) -> dict[str, Mapping[str, Any]]:
        given = document.get(name, {})
        if not isinstance(given, Mapping):
            self.wrong(name, "this is no table", f'Write [{name}."NAME"] with keys under it.')
            return {}
        for key, value in given.items():
            if not isinstance(value, Mapping):
                self.wrong(f"{name}.{key}", "this is no table", f'Write [{name}."{key}"] with keys under it.')
        return {key: value for key, value in given.items() if isinstance(value, Mapping)}

    def _tables(self, document: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
        given = document.get(name, [])
        tables = [one for one in given if isinstance(one, Mapping)] if isinstance(given, list) else []
        if not isinstance(given, list) or len(tables) != len(given):
            self.wrong(name, "this is no list of tables", f"Write [[{name}]] for each.")
        return tables

    def _known(self, given: Mapping[str, Any], known: Iterable[str], where: str) -> None:
        names = [name for name in known if name != "any"]
        for key in given:
            if key not in names and key != "any":
                self.wrong(f"{where}{key}", "there is no such key", meant(key, names, f"Known are: {', '.join(names)}."))

    def _ref(self, name: str, known: Mapping[str, set[Ref]], kind: str) -> Ref | None:
        folded = name.strip().casefold()
        if folded in self.fresh and kind != "milestone":
            return self.fresh[folded]
        refs = known.get(folded, set())
        if len(refs) == 1:
            return next(iter(refs))
        if refs:
            self.wrong(name, f"several are called that ({kind})", f"Write one of: {', '.join(sorted(map(str, refs)))}.")
        else:
            labels = sorted({ref.label for some in known.values() for ref in some})
            if known is self.items and folded in self.milestones:
                self.wrong(name, "it is a milestone", f'Write [milestones."{name}"].')
            else:
                self.wrong(name, f"no {kind} of that name is in the mirror", meant(name, labels, "`syncd export` lists all."))
        return None

    def _milestone(self, name: str, keys: Mapping[str, Any]) -> dict[str, Any]:
        self._known(keys, SECTIONS["milestones"], f"{name}.")
        made = self._dates(name, keys)
        if "status" in keys:
            made |= self._choice(f"{name}.status", keys["status"], _STATES, "status")
        return made | ({"class_": str(keys["class"])} if "class" in keys else {})

    def _item(self, name: str, keys: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[Ref | None] | None]:
        self._known(keys, SECTIONS["items"], f"{name}.")
        made = self._dates(name, keys)
        if "status" in keys:
            made |= self._choice(f"{name}.status", keys["status"], _STATES, "status")
        for key in ("estimate", "remaining"):
            if key in keys:
                made[key] = self._quantity(f"{name}.{key}", keys[key])
        if "assignees" in keys:
            made["assignees"] = self._people(f"{name}.assignees", keys["assignees"])
        if "milestone" not in keys:
            return made, None
        to = str(keys["milestone"] or "")
        return made, ((self._ref(to, self.milestones, "milestone") if to else None),)

    def _own(self, table: Mapping[str, Any]) -> Ref | None:
        """The ref of a new item, by the key that it is given."""
        return self.fresh.get(str(table.get("key", "")).strip().casefold())

    def _new(self, table: Mapping[str, Any], own: Ref) -> tuple[Item, Ref | None]:
        key = own.id
        self._known(table, SECTIONS["new"], f"{key}.")
        of = self._ref(str(table["milestone"]), self.milestones, "milestone") if table.get("milestone") else None
        above = self.snapshot.milestones.get(of) if of else None
        item = Item(
            ref=own,
            title=str(table.get("title", key)),
            type=str(table.get("type", "task")),
            status="todo",
            estimate=self._quantity(f"{key}.estimate", table["estimate"]) if "estimate" in table else None,
            assignees=self._people(f"{key}.assignees", table.get("assignees", [])),
            milestones=(of,) if of else (),
            created_at=self.snapshot.as_of,
            project=above.project if above else "",
            **self._dates(key, table),
        )
        return item, of

    def _teams(
        self, sections: Mapping[str, Mapping[str, Any]]
    ) -> tuple[dict[str, tuple[Member, ...]], dict[str, frozenset[str]]]:
        joining: dict[str, tuple[Member, ...]] = {}
        leaving: dict[str, frozenset[str]] = {}
        teams = {team.name.casefold(): team for team in self.snapshot.teams}
        for name, keys in sections.items():
            self._known(keys, SECTIONS["teams"], f"teams.{name}.")
            team = teams.get(name.strip().casefold())
            if team is None:
                known = sorted(one.name for one in teams.values())
                otherwise = f"Known are: {', '.join(known)}." if known else "The configuration has no [teams]."
                self.wrong(f"teams.{name}", "there is no such team", meant(name, known, otherwise))
                continue
            if "add" in keys:
                joining[team.name] = tuple(self._joining(f"teams.{name}.add", keys["add"], team.name))
            gone = listed(keys.get("remove", []))
            members = [member.person for member in team.members]
            for one in gone:
                if one not in members:
                    self.wrong(
                        f"teams.{name}.remove", f"{one} is not in the team", meant(one, members, "Write them as [teams] does.")
                    )
            if gone:
                leaving[team.name] = frozenset(gone)
        return joining, leaving

    def _joining(self, key: str, given: Any, team: str) -> Iterable[Member]:
        tables = given if isinstance(given, list) else [given]
        count = 0
        for table in tables:
            keys = table if isinstance(table, Mapping) else {"n": table} if isinstance(table, int) else {"person": table}
            self._known(keys, _JOINING, f"{key}.")
            number = keys.get("n", 1)
            if not isinstance(number, int) or isinstance(number, bool) or not 1 <= number <= 1000:
                self.wrong(key, f"{number!r} is no number of people", "Give a whole number from 1 to 1,000.")
                continue
            share = keys.get("share", 1.0)
            if not isinstance(share, int | float) or not 0 < share <= 1:
                self.wrong(f"{key}.share", f"{share!r} is no share", "Give a number above 0, up to 1.")
                continue
            dates = {name: self._date(f"{key}.{name}", keys[name]) for name in ("since", "until") if name in keys}
            for _ in range(number):
                count += 1
                person = str(keys.get("person", f"new in {team} {count}"))
                yield Member(
                    person=person,
                    share=float(share),
                    skills=tuple(listed(keys.get("skills", []))),
                    since=dates.get("since") or self.snapshot.today,
                    until=dates.get("until"),
                )

    def _leave(self, place: int, table: Mapping[str, Any]) -> Absence | None:
        where = f"leave[{place}]"
        self._known(table, SECTIONS["leave"], f"{where}.")
        span = self._span(where, table)
        people = self._people(f"{where}.person", table.get("person", []))
        if span is None or not people:
            if "person" not in table:
                self.wrong(where, "nobody is named", 'Name who is away: person = "Ada Lovelace".')
            return None
        ref = Ref("scenario", "leave", f"{place}")
        return Absence(ref=ref, person=people[0], start=span[0], end=span[1] + timedelta(days=1), all_day=True)

    def _freeze(self, place: int, table: Mapping[str, Any]) -> Window | None:
        where = f"freezes[{place}]"
        self._known(table, SECTIONS["freezes"], f"{where}.")
        span = self._span(where, table)
        if span is None:
            return None
        ref = Ref("scenario", "freezes", f"{place}", key=str(table.get("title", "freeze")))
        scope, title = table.get("scope"), str(table.get("title", "Freeze"))
        end = span[1] + timedelta(days=1)
        return Window(ref=ref, window_kind="freeze", scope=str(scope) if scope else None, title=title, start=span[0], end=end)

    def _span(self, where: str, table: Mapping[str, Any]) -> tuple[date, date] | None:
        start = self._date(f"{where}.start", table.get("start"))
        end = self._date(f"{where}.end", table["end"]) if "end" in table else start
        if start and end and end < start:
            self.wrong(where, f"it ends on {end}, before it starts on {start}", "Give the last day as its end.")
            return None
        return (start, end) if start and end else None

    def _links(self, document: Mapping[str, Any]) -> Iterable[Dependency]:
        for place, table in enumerate(self._tables(document, "links")):
            where = f"links[{place}]"
            self._known(table, SECTIONS["links"], f"{where}.")
            ends = self._ends(where, table)
            lag = lag_of(table.get("lag", 0))
            if isinstance(lag, str):
                self.wrong(f"{where}.lag", lag, 'Write it as "2d" or "4h", or "2ed" for elapsed time.')
            kind = self._choice(f"{where}.relation", str(table.get("relation", "FS")).upper(), _RELATIONS, "relation")
            strength = self._choice(f"{where}.strength", table.get("strength", "hard"), _STRENGTHS, "strength")
            if ends and not isinstance(lag, str):
                yield Dependency(
                    ref=Ref("scenario", "links", f"{place}"),
                    predecessor=ends[0],
                    successor=ends[1],
                    lag=lag[0],
                    lag_in=lag[1],
                    **kind,
                    **strength,
                )

    def _around(self, document: Mapping[str, Any]) -> Iterable[Dependency]:
        """The links of new items: what they come after, and what comes after them."""
        for table in self._tables(document, "new"):
            own = self._own(table)
            for key in ("after", "before"):
                for name in listed(table.get(key, [])):
                    other = self._work(name)
                    if own and other:
                        first, last = (other, own) if key == "after" else (own, other)
                        yield Dependency(
                            ref=Ref("scenario", "links", f"{own.id} {key} {name}"), predecessor=first, successor=last
                        )

    def _unlinked(self, document: Mapping[str, Any]) -> Iterable[tuple[Ref, Ref]]:
        linked = {(link.predecessor, link.successor) for link in self.snapshot.dependencies}
        for place, table in enumerate(self._tables(document, "unlink")):
            self._known(table, SECTIONS["unlink"], f"unlink[{place}].")
            ends = self._ends(f"unlink[{place}]", table)
            if ends and ends not in linked:
                self.wrong(
                    f"unlink[{place}]", f"there is no link from {ends[0].label} to {ends[1].label}", "Look at the direction."
                )
            elif ends:
                yield ends

    def _ends(self, where: str, table: Mapping[str, Any]) -> tuple[Ref, Ref] | None:
        found = []
        for key in ("from", "to"):
            if not table.get(key):
                self.wrong(where, f"it has no {key!r}", f'Name the work: {key} = "PAY-7".')
                return None
            found.append(self._work(str(table[key])))
        if found[0] and found[0] == found[1]:
            self.wrong(where, f"{found[0].label} is linked to itself", "Name two pieces of work.")
            return None
        return (found[0], found[1]) if found[0] and found[1] else None

    def _work(self, name: str) -> Ref | None:
        folded = name.strip().casefold()
        known = self.milestones if folded in self.milestones and folded not in self.items else self.items
        return self._ref(name, known, "item or milestone")

    # --------------------------------------------------------------------------------------------------------- values

    def _dates(self, name: str, keys: Mapping[str, Any]) -> dict[str, Any]:
        """Dates; an empty text takes one away."""
        return {key: self._date(f"{name}.{key}", keys[key]) if keys[key] else None for key in ("due", "start") if key in keys}

    def _date(self, key: str, given: Any) -> date | None:
        found = given if isinstance(given, date) and not isinstance(given, datetime) else None
        if isinstance(given, str):
            with contextlib.suppress(ValueError):
                found = date.fromisoformat(given)
        if found and not FIRST <= found <= LAST:
            self.wrong(key, f"{found} lies outside {FIRST} to {LAST}", "Write it as 2026-05-20.")
            return None
        if found is None:
            self.wrong(key, f"{given!r} is no date" if given else "there is no date", "Write it as 2026-05-20.")
        return found

    def _quantity(self, key: str, given: Any) -> Quantity | None:
        found = working_minutes(given)
        if isinstance(found, int) and not 0 < found <= LONGEST:
            found = f"{given!r} is no time that work takes, above 0 and up to {LONGEST // 480:,} days"
        if isinstance(found, str):
            self.wrong(key, found, 'Write it as "3d" or "12h"; of work that is finished status = "done".')
            return None
        return Quantity(found, "minutes")

    def _people(self, key: str, given: Any) -> tuple[Person, ...]:
        found = []
        members = {member.person for team in self.snapshot.teams for member in team.members}
        for name in listed(given):
            person = self.people.get(name.strip().removeprefix("@").casefold())
            if person is None and name not in members:
                names = sorted({*members, *(one.name for one in self.people.values())})
                self.wrong(key, f"nobody is called {name}", meant(name, names, "`syncd people list` shows everybody."))
                continue
            found.append(person or Person(name))
        return tuple(found)

    def _choice(self, key: str, given: Any, known: tuple[str, ...], field_: str) -> dict[str, Any]:
        if given in known:
            return {field_: given}
        self.wrong(key, f"{given!r} is none of {', '.join(known)}", meant(str(given), known, "Write one of them."))
        return {}


def _name(known: dict[str, set[Ref]], names: Iterable[str | None], ref: Ref) -> None:
    for name in names:
        if name:
            known.setdefault(name.strip().casefold(), set()).add(ref)
