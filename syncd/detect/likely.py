"""Pure. A forecast in words and as a verdict: how likely a due date is kept, and what that rests on."""

from collections.abc import Iterable
from datetime import date

from syncd.model.finding import Count, Day, Part, Severity
from syncd.model.raw import Json
from syncd.schedule.calendar import WorkingTime
from syncd.schedule.days import days_after
from syncd.schedule.forecast import FAR, Odds

STEP = 10
"""Likelihoods are told in such steps, in per cent: a smaller move is no news."""


def verdict(
    odds: Odds | None, late: int, ahead: int, stands: Severity | None, limits: tuple[float, float, float, float], many: int
) -> Severity | None:
    """What a forecast is worth telling as. `late`: working days after the due date of the median outcome; `ahead`: those from today to it.

    `limits`: a warning below the first, critical below the second; one that `stands` is over from the third on, and no longer critical
    from the fourth on. Critical, too, where the median is at least `many` days and a tenth of what is ahead late.
    """
    if odds is None or odds.p is None:
        return None
    warn, critical, over, calm = limits
    if odds.p < (calm if stands == "critical" else critical) or (late >= many and late >= 0.1 * ahead):
        return "critical"
    return "warn" if odds.p < (over if stands is not None else warn) else None


def days_late(odds: Odds | None, due: date, time: WorkingTime) -> int:
    """Working days after the due date until half of all outcomes have ended."""
    return days_after(time, due, min(odds.p50, time.end)) if odds is not None and odds.p50 > due else 0


def per_cent(odds: Odds, before: int | None = None) -> Count:
    """How likely it is, in steps. `before`: what was told last, in per cent: it stays until it is a whole step off."""
    exact = 100 * (odds.p or 0)
    return Count(before if before is not None and abs(exact - before) < STEP else round(exact / STEP) * STEP, "%")


def roughly(odds: Odds, before: int | None, limits: Iterable[float]) -> tuple[Part, ...]:
    """How likely it is, in words: what is below one of these limits, as shares, is not told as that very limit."""
    told = per_cent(odds, before)
    below = odds.p is not None and 100 * odds.p < told.value and told.value in [round(100 * limit) for limit in limits]
    return "just under " if below else "about ", told


def outcomes(odds: Odds) -> tuple[Part, ...]:
    """By when half, 85 % and 95 % of all outcomes have ended. A forecast moves a little every day: that alone is no news."""
    if odds.p50 == FAR:
        return ("at this pace less than half of all outcomes end within five years",)
    if odds.p50 == odds.p95:
        return "half of all outcomes end by ", Day(odds.p50, clocked=True), ", 95 % by that day, too"
    parts: list[Part] = []
    for share, day in (("half of all outcomes end by ", odds.p50), ("85 % by ", odds.p85), ("95 % by ", odds.p95)):
        parts += [*([", "] if parts else []), share, *([Day(day, clocked=True)] if day != FAR else ["no day within five years"])]
    return tuple(parts)


def rests_on(odds: Odds, own: int | None = None) -> tuple[Part, ...]:
    """What was drawn, and from how much, so that a reader can check its size: items to do by items a week; or how much longer work took
    than was planned. `own`: so many of the items to do are the milestone's own."""
    draws = Count(odds.draws, "draw")
    weeks = Count(odds.weeks, "week", clocked=True)
    if odds.method == "network":
        ratio = f" of the plan; half of all finished work took more than {odds.pace:.1f} times its estimate; its teams finished "
        return (draws, ratio, Count(odds.finished, "item", clocked=True), " in ", weeks)
    drawn: list[Part] = [draws, " of past weeks; ", Count(odds.backlog, "item", clocked=True), " to do until it is done"]
    if own is not None and own < odds.backlog:
        drawn += [" (", Count(odds.backlog - own, "item", clocked=True), " of milestones that are due earlier)"]
    drawn += [", ", Count(round(odds.pace), "item", clocked=True), " a week"]
    if odds.grows >= 0.05:
        drawn += [", ", Count(round(odds.grows * 10), "new one", clocked=True), " for each 10 that are done"]
    return (*drawn, ", from ", Count(odds.finished, "finished item", clocked=True), " in ", weeks)


def facts(odds: Odds) -> dict[str, Json]:
    """The forecast as programs read it."""
    days = {"p50": odds.p50, "p85": odds.p85, "p95": odds.p95}
    return {
        "p": odds.p,
        **{name: None if day == FAR else day.isoformat() for name, day in days.items()},
        "method": odds.method,
        "draws": odds.draws,
        "finished": odds.finished,
        "weeks": odds.weeks,
        "backlog": odds.backlog,
        "pace": round(odds.pace, 3),
        "grows": round(odds.grows, 3),
    }
