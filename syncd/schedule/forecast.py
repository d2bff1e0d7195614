"""Pure. Forecast: how likely a milestone is done by its due date, and by when half, 85 % and 95 % of all outcomes are.

`forecast_of(snapshot)`, asked for as `snapshot.once(forecast_of)`. Where most open items have an estimate in time and enough finished
ones had, too, the plan is drawn many times (`chances`); else weeks of the past are (`throughput`). With fewer than 30 finished items or
5 weeks there is no forecast. On track from 85 % on, at risk from 50 % on, off track below.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal
from zoneinfo import ZoneInfo

import numpy as np

from syncd.model.ref import Ref, identity
from syncd.model.rows import Item
from syncd.model.snapshot import Snapshot
from syncd.schedule.calendar import Ints
from syncd.schedule.chances import Pools, simulate
from syncd.schedule.plan import Plan, plan_of
from syncd.schedule.reference import Reference, reference_of
from syncd.schedule.throughput import Rates, Reals, drawn, needed, rates
from syncd.schedule.wall import wall_day
from syncd.schedule.wiring import End, is_open
from syncd.schedule.working import Working, working_of

Method = Literal["network", "throughput"]
Group = str

DRAWS = 2000
"""So many draws: a thousand already fix P85 within 0.2 %."""
LEAST_DRAWS = 200
CELLS = 20_000_000
"""Draws times items, at most: a very large plan is drawn less often."""
LEAST_ITEMS = 30
LEAST_WEEKS = 5
ENOUGH = 0.6
"""The part of the open items that needs an estimate in time for the plan to be drawn."""
FAR = date.max
"""Not within what is looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Odds:
    """What is likely of one milestone. `p`: the share of draws that end by the due date; None without one. `p50` ...: `FAR` where so
    many draws do not end within the years that are looked at. `finished`, `weeks`: what it rests on. `assumed`: the share of its
    open items whose duration nothing says anything about; `backlog`: items that come before or belong to it. `pace`: items a week
    (throughput), or the median of actual / planned (network); `grows`: items that are added per item that is done."""

    milestone: Ref
    method: Method
    draws: int
    p: float | None
    p50: date
    p85: date
    p95: date
    finished: int
    weeks: int
    assumed: float = 0.0
    backlog: int = 0
    pace: float = 0.0
    grows: float = 0.0

    @property
    def word(self) -> Literal["on track", "at risk", "off track"] | None:
        """The word for it; None without a due date."""
        if self.p is None:
            return None
        return "on track" if self.p >= 0.85 else "at risk" if self.p >= 0.5 else "off track"


@dataclass(frozen=True, slots=True)
class Forecast:
    """`odds` of the milestones that can be forecast; `lacking`: why the others cannot."""

    odds: Mapping[Ref, Odds] = field(default_factory=dict)
    lacking: Mapping[Ref, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Coverage:
    """What a milestone's forecast could rest on. `finished`: items that its teams, or projects, ever finished, in so many `weeks`, on the
    days `done`, in order; `items`: its open ones, of which nothing says how long `assumed` of them take."""

    finished: int
    weeks: int
    items: int
    assumed: int
    done: tuple[date, ...] = ()


def coverage_of(snapshot: Snapshot) -> Mapping[Ref, Coverage]:
    """The coverage of all open milestones that have open items. Ask for it as `snapshot.once(coverage_of)`."""
    return snapshot.once(_forecaster).coverage()


def forecast_of(snapshot: Snapshot) -> Forecast:
    """The forecast of all open milestones that have open items."""
    return snapshot.once(_forecaster).all()


def _forecaster(snapshot: Snapshot) -> "_Forecaster":
    return _Forecaster.of(snapshot)


@dataclass(slots=True)
class _Past:
    """When one team, or project, finished items that belong to a milestone."""

    done: list[date] = field(default_factory=list)


@dataclass(slots=True)
class _Forecaster:
    snapshot: Snapshot
    plan: Plan
    working: Working
    reference: Reference
    pools: Pools
    past: dict[Group, _Past]
    groups: dict[Ref, Group]
    open_in: dict[Ref, tuple[Ref, ...]]
    by_milestone: dict[Ref, tuple[Group, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, snapshot: Snapshot) -> "_Forecaster":
        working, reference = snapshot.once(working_of), snapshot.once(reference_of)
        groups = _groups_of(snapshot, working)
        planned = {ref for members in snapshot.members.values() for ref in members}
        past: dict[Group, _Past] = {}
        for one in reference.finished:
            if one.item.ref in planned:
                past.setdefault(groups[one.item.ref], _Past()).done.append(one.ended)
        return cls(snapshot, snapshot.once(plan_of), working, reference, Pools.of(reference), past, groups, dict(_open(snapshot)))

    def all(self) -> Forecast:
        odds: dict[Ref, Odds] = {}
        lacking: dict[Ref, str] = {}
        by_plan, by_weeks = [], []
        for ref in sorted(self.open_in, key=identity):
            finished, weeks = self._history(ref)
            if finished < LEAST_ITEMS or weeks < LEAST_WEEKS:
                lacking[ref] = f"{finished} items finished in {weeks} weeks; {LEAST_ITEMS} in {LEAST_WEEKS} are needed"
            elif self._by_plan(ref):
                by_plan.append(ref)
            else:
                by_weeks.append(ref)
        odds |= self._from_plan(by_plan)
        odds |= self._from_weeks(by_weeks)
        return Forecast(odds, lacking)

    def coverage(self) -> dict[Ref, Coverage]:
        """What each milestone's forecast could rest on. Milestones of the same groups share the days."""
        days: dict[tuple[Group, ...], tuple[date, ...]] = {}
        found = {}
        for ref, items in self.open_in.items():
            groups = self._groups(ref)
            if groups not in days:
                days[groups] = tuple(sorted(day for group in groups for day in self.past.get(group, _Past()).done))
            found[ref] = Coverage(*self._history(ref), len(items), round(self._assumed(ref) * len(items)), days[groups])
        return found

    def _groups(self, ref: Ref) -> tuple[Group, ...]:
        if ref not in self.by_milestone:
            self.by_milestone[ref] = tuple(sorted({self.groups[item] for item in self.open_in[ref]}))
        return self.by_milestone[ref]

    def _history(self, ref: Ref) -> tuple[int, int]:
        past = [self.past[group].done for group in self._groups(ref) if group in self.past]
        first = min((done[0] for done in past), default=self.snapshot.today)  # oldest first, as the reference is
        return sum(map(len, past)), -((first - self.snapshot.today).days // 7)

    def _by_plan(self, ref: Ref) -> bool:
        items = [self.snapshot.items[item] for item in self.open_in[ref]]
        told = sum(self._told(item) for item in items)
        return told >= ENOUGH * len(items)

    def _told(self, item: Item) -> bool:
        duration = self.plan.durations[self.plan.wiring.number[item.ref]]
        return duration.basis in ("remaining", "estimate") and self.pools.like(item) is not None

    def _assumed(self, ref: Ref) -> float:
        numbers = [self.plan.wiring.number[item] for item in self.open_in[ref]]
        return sum(self.plan.durations[number].assumed for number in numbers) / len(numbers)

    def _from_plan(self, refs: Sequence[Ref]) -> dict[Ref, Odds]:
        if not refs:
            return {}
        draws = max(LEAST_DRAWS, min(DRAWS, CELLS // max(1, len(self.plan.wiring.nodes))))
        made = simulate(self.plan, self.reference, self.pools, [End(ref) for ref in refs], draws)
        pace = float(np.median(np.concatenate(list(self.pools.ratios.values()))))
        days = self._days(made.ends)
        return {ref: self._odds(ref, "network", days[:, place], pace=pace) for place, ref in enumerate(refs)}

    def _days(self, ends: Ints) -> Ints:
        """Ordinals of the days on which draws end. What runs out of the calendar's range is far."""
        time = self.working.default
        inside = np.minimum(ends, time.total)
        days = time.finish(inside).astype("datetime64[D]").astype(np.int64) + date(1970, 1, 1).toordinal()
        return np.where(ends > time.total, FAR.toordinal(), days)

    def _from_weeks(self, refs: Sequence[Ref]) -> dict[Ref, Odds]:
        ahead = self._ahead(refs)
        draws = max(LEAST_DRAWS, min(DRAWS, CELLS // max(1, 100 * len(refs))))
        found: dict[Ref, Odds] = {}
        for groups, mine in _grouped(refs, self._groups).items():
            weekly = self._rates(groups)
            most = max(needed(weekly, ahead[ref]) for ref in mine)
            weeks = drawn(weekly, draws, _seed(groups, weekly), ahead=most, supply=self._supply(groups, most))
            for ref in mine:
                grows = self._growth(ref, weekly)
                days = self._after(weeks.until(ahead[ref], grows), ref)
                pace = weekly.finished / max(len(weekly.done), 1)
                found[ref] = self._odds(ref, "throughput", days, backlog=ahead[ref], pace=pace, grows=grows)
        return found

    def _rates(self, groups: Iterable[Group]) -> Rates:
        done = [day for group in groups for day in self.past.get(group, _Past()).done]
        return rates(done, self.snapshot.today)

    def _ahead(self, refs: Sequence[Ref]) -> dict[Ref, int]:
        """Open items to be done for each milestone: its own, and those of the same groups' milestones that are due before it."""
        order = sorted(self.open_in, key=lambda ref: (self.snapshot.milestones[ref].due or FAR, identity(ref)))
        seen: dict[Group, set[Ref]] = {}
        wanted, found = set(refs), {}
        for ref in order:
            mine = self._groups(ref)
            for item in self.open_in[ref]:
                seen.setdefault(self.groups[item], set()).add(item)
            if ref in wanted:
                found[ref] = sum(len(seen[group]) for group in mine)
        return found

    def _growth(self, ref: Ref, weekly: Rates) -> float:
        """Items that were added to a milestone per item that was finished, since work on it began: at most nine in ten."""
        zone = ZoneInfo(self.snapshot.zone)
        members = [self.snapshot.items[item] for item in self.snapshot.members.get(ref, ())]
        began = [one.began for item in members if (one := self.reference.by_ref.get(item.ref))]
        began += [day for item in members if (day := self.reference.began.get(item.ref))]
        if not began:
            return 0.0
        since = max(min(began), weekly.first)
        weeks = max(1.0, (self.snapshot.today - since).days / 7)
        added = sum(item.created_at is not None and wall_day(item.created_at, zone) > since for item in members)
        mean = weekly.finished / max(len(weekly.done), 1)
        return min(0.9, added / weeks / mean) if mean else 0.0

    def _supply(self, groups: Sequence[Group], weeks: int) -> list[float]:
        """The part of a usual week that people are there, week by week from now on."""
        teams = [team for group in groups if (team := self.working.team(group))]
        people = [(person, team) for team in teams for person in self.working.in_team(team)]
        minutes = sum((self.working.minutes(person, team) for person, team in people), np.zeros(1, np.int64))
        minutes = self.working.minutes() if len(minutes) == 1 else minutes
        place = self.working.place(self.snapshot.today)
        past = minutes[place - 182 : place].reshape(26, 7).sum(axis=1)
        coming = minutes[place : place + 7 * weeks]
        coming = coming[: len(coming) // 7 * 7].reshape(-1, 7).sum(axis=1)
        usual = float(np.median(past)) or 1.0
        return [float(one) for one in np.clip(coming / usual, 0, 1.5)]

    def _after(self, weeks: Reals, ref: Ref) -> Ints:
        """Days by weeks from today, and not before what people's dates and links allow."""
        today = self.snapshot.today.toordinal()
        far = ~np.isfinite(weeks)
        days = today + np.ceil(np.where(far, 0, weeks) * 7).astype(np.int64) - 1
        end = self.plan.end(ref)
        least = end.finish.toordinal() if end and not end.clocked else today
        return np.where(far, FAR.toordinal(), np.maximum(days, least))

    def _odds(self, ref: Ref, method: Method, days: Ints, *, backlog: int = 0, pace: float = 0, grows: float = 0) -> Odds:
        due = self.snapshot.milestones[ref].due
        finished, weeks = self._history(ref)
        days = np.sort(days)
        p50, p85, p95 = (_quantile(days, share) for share in (0.5, 0.85, 0.95))
        return Odds(
            milestone=ref,
            method=method,
            draws=len(days),
            p=float(np.mean(days <= due.toordinal())) if due else None,
            p50=p50,
            p85=p85,
            p95=p95,
            finished=finished,
            weeks=weeks,
            assumed=self._assumed(ref),
            backlog=backlog,
            pace=pace,
            grows=grows,
        )


def group_of(item: Item, working: Working) -> Group:
    """Whose work an item is, for what was finished and what is open: a team's name, else its project."""
    team = working.team_of(item)
    return team.name if team else f"{item.ref.connection}/{item.project}"


def _groups_of(snapshot: Snapshot, working: Working) -> dict[Ref, Group]:
    if snapshot.teams:
        return {ref: group_of(item, working) for ref, item in snapshot.items.items()}
    names: dict[tuple[str, str], Group] = {}
    return {
        ref: names.get((ref.connection, item.project))
        or names.setdefault((ref.connection, item.project), group_of(item, working))
        for ref, item in snapshot.items.items()
    }


def _open(snapshot: Snapshot) -> Iterator[tuple[Ref, tuple[Ref, ...]]]:
    for ref, milestone in snapshot.milestones.items():
        if not is_open(milestone):
            continue
        members = sorted((item for item in snapshot.members.get(ref, ()) if is_open(snapshot.items.get(item))), key=identity)
        if members:
            yield ref, tuple(members)


def _grouped(refs: Sequence[Ref], key: Callable[[Ref], tuple[Group, ...]]) -> dict[tuple[Group, ...], list[Ref]]:
    found: dict[tuple[Group, ...], list[Ref]] = {}
    for ref in refs:
        found.setdefault(key(ref), []).append(ref)
    return found


def _quantile(ordered: Ints, share: float) -> date:
    """The first day by which at least that share of the draws has ended; they are sorted."""
    return date.fromordinal(int(ordered[max(0, int(np.ceil(share * len(ordered))) - 1)]))


def _seed(groups: Iterable[Group], weekly: Rates) -> int:
    text = "\x1f".join((*groups, *map(str, weekly.done)))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
