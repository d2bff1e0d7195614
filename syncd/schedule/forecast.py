"""Pure. Forecast: how likely a milestone is done by its due date, and by when half, 85 % and 95 % of all outcomes are.

`forecast_of(snapshot)`, asked for as `snapshot.once(forecast_of)`. Where most open items have an estimate in time and enough finished
ones had, too, the plan is drawn many times (`chances`); else weeks of the past are (`throughput`). With fewer than 30 finished items or
5 weeks there is no forecast. On track from 85 % on, at risk from 50 % on, off track below.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import Literal
from zoneinfo import ZoneInfo

import numpy as np

from syncd.model.ref import Ref, identity
from syncd.model.rows import Item
from syncd.model.snapshot import Snapshot
from syncd.schedule.calendar import Ints
from syncd.schedule.chances import Pools, draws_of, pools_of, simulate
from syncd.schedule.dated import ordinals_of
from syncd.schedule.plan import Plan, plan_of
from syncd.schedule.reference import ALL, Finished, Reference, reference_of
from syncd.schedule.throughput import Rates, Reals, drawn, needed, rates
from syncd.schedule.wiring import End, Members, is_open, members_of
from syncd.schedule.working import Working, working_of

Method = Literal["network", "throughput"]
Group = str
_Convert = Callable[[Ints], Ints]
_Likely = tuple[float | None, date, date, date]

DRAWS = 2000
"""So many draws: a thousand already fix P85 within 0.2 %."""
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


@dataclass(frozen=True, slots=True)
class _Work:
    """The work of an open milestone. `items`: all of it; `began`: when any of it did, as far as it has; `opened`: so many are open.

    The `numbers` of the open ones in the plan, and by whose they are (`whose`; `groups`: the same in order). `assumed`: of how many of them
    nothing says how long they take."""

    items: tuple[Item, ...]
    began: tuple[date, ...]
    opened: int
    numbers: tuple[int, ...]
    whose: Mapping[Group, Sequence[int]]
    groups: tuple[Group, ...]
    assumed: int


def _same(ends: Ints) -> Ints:
    return ends


@dataclass
class _Forecaster:
    snapshot: Snapshot
    plan: Plan
    working: Working
    reference: Reference
    pools: Pools
    past: dict[Group, _Past]
    work: dict[Ref, _Work]
    history: dict[tuple[Group, ...], tuple[int, int]] = field(default_factory=dict)

    @classmethod
    def of(cls, snapshot: Snapshot) -> "_Forecaster":
        plan, working, reference = snapshot.once(plan_of), snapshot.once(working_of), snapshot.once(reference_of)
        group = _grouping(snapshot, working)
        planned: dict[int, Finished] = {}
        finished = reference.by_item
        work: dict[Ref, _Work] = {}
        for ref, members in snapshot.once(members_of).items():
            done = [one for item in members.items if item.status == "done" and (one := finished.get(id(item)))]
            planned.update(zip(map(id, done), done, strict=True))
            if members.opened and is_open(snapshot.milestones.get(ref)):
                work[ref] = _work(plan, group, members, [*(one.began for one in done), *_running(reference, members)])
        past: dict[Group, _Past] = {}
        for one in planned.values():
            past.setdefault(group(one.item), _Past()).done.append(one.ended)
        return cls(snapshot, plan, working, reference, snapshot.once(pools_of), past, work)

    def all(self) -> Forecast:
        odds: dict[Ref, Odds] = {}
        lacking: dict[Ref, str] = {}
        by_plan, by_weeks = [], []
        for ref in sorted(self.work, key=identity):
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
        for ref, work in self.work.items():
            groups = work.groups
            if groups not in days:
                days[groups] = tuple(sorted(day for group in groups for day in self.past.get(group, _Past()).done))
            found[ref] = Coverage(*self._history(ref), work.opened, work.assumed, days[groups])
        return found

    def _groups(self, ref: Ref) -> tuple[Group, ...]:
        return self.work[ref].groups

    def _history(self, ref: Ref) -> tuple[int, int]:
        groups = self.work[ref].groups
        if groups not in self.history:
            past = [self.past[group].done for group in groups if group in self.past]
            first = min(map(min, past), default=self.snapshot.today)
            self.history[groups] = sum(map(len, past)), -((first - self.snapshot.today).days // 7)
        return self.history[groups]

    def _by_plan(self, ref: Ref) -> bool:
        work, durations = self.work[ref], self.plan.durations
        told = sum([durations[number].basis in ("remaining", "estimate") for number in work.numbers])
        return ALL in self.pools.ratios and told >= ENOUGH * work.opened

    def _from_plan(self, refs: Sequence[Ref]) -> dict[Ref, Odds]:
        if not refs:
            return {}
        draws = draws_of(len(self.plan.wiring.nodes), DRAWS)
        made = simulate(self.plan, self.reference, self.pools, [End(ref) for ref in refs], draws)
        pace = float(np.median(self.pools.ratios[ALL]))
        ends = self._likely(refs, made.ends, self._minutes, self._days)
        return {ref: self._odds(ref, "network", draws, likely, pace=pace) for ref, likely in zip(refs, ends, strict=True)}

    def _minutes(self, days: Ints) -> Ints:
        """The last minute index of each day, an ordinal: what ends later ends after that day."""
        time = self.working.default
        places = np.clip(days - time.origin.toordinal() + 1, 0, len(time.minutes))
        return np.where(days == FAR.toordinal(), time.total + 1, time.before[places])

    def _days(self, ends: Ints) -> Ints:
        """Ordinals of the days on which draws end. What runs out of the calendar's range is far."""
        time = self.working.default
        inside = np.minimum(ends, time.total)
        days = time.finish(inside).astype("datetime64[D]").astype(np.int64) + date(1970, 1, 1).toordinal()
        return np.where(ends > time.total, FAR.toordinal(), days)

    def _from_weeks(self, refs: Sequence[Ref]) -> dict[Ref, Odds]:
        ahead = self._ahead(refs)
        draws = draws_of(100 * len(refs), DRAWS)
        found: dict[Ref, Odds] = {}
        for groups, mine in _grouped(refs, self._groups).items():
            weekly = self._rates(groups)
            most = max(needed(weekly, ahead[ref]) for ref in mine)
            weeks = drawn(weekly, draws, _seed(groups, weekly), ahead=most, supply=self._supply(groups, most))
            pace = weekly.finished / max(len(weekly.done), 1)
            growing = [self._growth(ref, weekly) for ref in mine]
            ends = [weeks.until(ahead[ref], grows) for ref, grows in zip(mine, growing, strict=True)]
            days = self._after(np.array(ends).T, mine)
            for ref, grows, likely in zip(mine, growing, self._likely(mine, days), strict=True):
                found[ref] = self._odds(ref, "throughput", draws, likely, backlog=ahead[ref], pace=pace, grows=grows)
        return found

    def _rates(self, groups: Iterable[Group]) -> Rates:
        done = [day for group in groups for day in self.past.get(group, _Past()).done]
        return rates(done, self.snapshot.today)

    def _ahead(self, refs: Sequence[Ref]) -> dict[Ref, int]:
        """Open items to be done for each milestone: its own, and those of the same groups' milestones that are due before it."""
        order = sorted(self.work, key=lambda ref: (self.snapshot.milestones[ref].due or FAR, identity(ref)))
        seen: dict[Group, set[int]] = {}
        wanted, found = set(refs), {}
        for ref in order:
            work = self.work[ref]
            for group, numbers in work.whose.items():
                seen.setdefault(group, set()).update(numbers)
            if ref in wanted:
                found[ref] = sum(len(seen[group]) for group in work.groups)
        return found

    def _growth(self, ref: Ref, weekly: Rates) -> float:
        """Items that were added to a milestone per item that was finished, since work on it began: at most nine in ten."""
        work = self.work[ref]
        if not work.began:
            return 0.0
        since = max(min(work.began), weekly.first)
        weeks = max(1.0, (self.snapshot.today - since).days / 7)
        behind = datetime.combine(since + timedelta(days=1), time.min, ZoneInfo(self.snapshot.zone)).astimezone(UTC)
        added = sum([item.created_at is not None and item.created_at >= behind for item in work.items])
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

    def _after(self, weeks: Reals, refs: Sequence[Ref]) -> Ints:
        """Days by weeks from today, draws x milestones: working days, since what is done by a Sunday was done on Friday. Not before what
        people say of the work and its dates allows."""
        far = ~np.isfinite(weeks)
        days = self.snapshot.today.toordinal() + np.ceil(np.where(far, 0, weeks) * 7).astype(np.int64) - 1
        worked = self._worked
        days = worked[np.maximum(np.searchsorted(worked, days, "right") - 1, 0)]
        soonest = np.array([self.plan.no_sooner(ref).toordinal() for ref in refs], np.int64)
        return np.where(far, FAR.toordinal(), np.maximum(days, soonest))

    @cached_property
    def _worked(self) -> Ints:
        """The working days of the default calendar, as ordinals."""
        time = self.working.default
        return np.array(time.worked, np.int64) + time.origin.toordinal()

    def _likely(self, refs: Sequence[Ref], ends: Ints, of: _Convert = _same, days: _Convert = _same) -> Iterator[_Likely]:
        """Of draws x milestones how likely each due date is, and the days by which half, 85 % and 95 % of the draws have ended. `of` makes
        ends out of days, `days` days out of ends."""
        ends = np.sort(ends, axis=0)
        dues = [self.snapshot.milestones[ref].due for ref in refs]
        p = np.mean(ends <= of(ordinals_of(dues)), axis=0).tolist()
        quantiles = [[date.fromordinal(one) for one in days(_quantile(ends, share)).tolist()] for share in (0.5, 0.85, 0.95)]
        return zip([one if due else None for one, due in zip(p, dues, strict=True)], *quantiles, strict=True)

    def _odds(
        self, ref: Ref, method: Method, draws: int, likely: _Likely, *, backlog: int = 0, pace: float = 0, grows: float = 0
    ) -> Odds:
        work, (finished, weeks), (p, p50, p85, p95) = self.work[ref], self._history(ref), likely
        return Odds(
            milestone=ref,
            method=method,
            draws=draws,
            p=p,
            p50=p50,
            p85=p85,
            p95=p95,
            finished=finished,
            weeks=weeks,
            assumed=work.assumed / work.opened,
            backlog=backlog,
            pace=pace,
            grows=grows,
        )


def group_of(item: Item, working: Working) -> Group:
    """Whose work an item is, for what was finished and what is open: a team's name, else its project."""
    team = working.team_of(item)
    return team.name if team else f"{item.ref.connection}/{item.project}"


def _grouping(snapshot: Snapshot, working: Working) -> Callable[[Item], Group]:
    """`group_of`; without teams once for each project."""
    names: dict[tuple[str, str], Group] = {}

    def named(item: Item) -> Group:
        key = item.ref.connection, item.project
        return names.get(key) or names.setdefault(key, group_of(item, working))

    return named if not snapshot.teams else lambda item: group_of(item, working)


def _work(plan: Plan, group: Callable[[Item], Group], members: Members, began: Sequence[date]) -> _Work:
    whose: dict[Group, list[int]] = {}
    for number, item in zip(members.numbers, members.opened, strict=True):
        whose.setdefault(group(item), []).append(number)
    assumed = sum([plan.durations[number].basis == "assumed" for number in members.numbers])
    return _Work(members.items, tuple(began), len(members.numbers), members.numbers, whose, tuple(sorted(whose)), assumed)


def _running(reference: Reference, members: Members) -> Iterator[date]:
    """When the open ones in progress began."""
    return (day for item in members.opened if item.status == "doing" and (day := reference.began.get(item.ref)))


def _grouped(refs: Sequence[Ref], key: Callable[[Ref], tuple[Group, ...]]) -> dict[tuple[Group, ...], list[Ref]]:
    found: dict[tuple[Group, ...], list[Ref]] = {}
    for ref in refs:
        found.setdefault(key(ref), []).append(ref)
    return found


def _quantile(ordered: Ints, share: float) -> Ints:
    """The first days by which at least that share of the draws has ended; they are sorted."""
    found: Ints = ordered[max(0, int(np.ceil(share * len(ordered))) - 1)]
    return found


def _seed(groups: Iterable[Group], weekly: Rates) -> int:
    text = "\x1f".join((*groups, *map(str, weekly.done)))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
