"""What `demo` shows of the contract that is about to break: on the merge request, in the calendar, and on the tickets of its consumers."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from rich.text import Text

from syncd.cli.demo_comment import shown
from syncd.cli.demo_round import Round
from syncd.contracts.impact import Effort, impact_of
from syncd.contracts.judging import verdict_from_json
from syncd.contracts.reliance import relied_on, with_milestones
from syncd.contracts.slots import Slot, in_the_way
from syncd.contracts.workshop import Workshop, workshop_of
from syncd.decide.wording import Dates
from syncd.demo.company import Company
from syncd.demo.company_calendar import WORKSHOPS
from syncd.demo.company_contract import NAME
from syncd.demo.company_days import ZONE
from syncd.demo.company_twins import Note
from syncd.model.rows import Absence
from syncd.model.snapshot import Snapshot

Row = tuple[str, Text]


def rows(one: Round, scene: Company) -> Iterator[Row]:
    """What became of the merge request, beside the comment on it: where, and what is there now."""
    yield "check", _check(scene)
    yield from (("calendar", text) for text in _entered(scene))
    if sooner := _why_not_sooner(one.passed.analysed.snapshot):
        yield "not sooner", Text(sooner)
    for note in on_tickets(one, scene):
        yield note.ticket, _section(one.after[note])


def on_request(one: Round, scene: Company) -> Note | None:
    """The comment on the merge request."""
    return next((note for note in one.written if note.ticket == scene.promise.request), None)


def on_tickets(one: Round, scene: Company) -> list[Note]:
    """The comments on tickets of those who rely on the contract."""
    return [
        note for note in one.written if f"breaks the contract {NAME}" in one.after[note] and note.ticket != scene.promise.request
    ]


def _check(scene: Company) -> Text:
    """The status of the merge request's head, and how many others are as green as they should be."""
    gitlab = scene.twins.gitlab
    head = next(row["sha"] for row in gitlab.merge_requests.values() if row["references"]["full"] == scene.promise.request)
    found = [row for row in gitlab.statuses.values() if row["sha"] == head]
    return Text("; ").join(
        Text.assemble(
            row["name"], ": ", (row["status"], "red" if row["status"] == "failed" else "green"), f", {row['description']}"
        )
        for row in found
    )


def _entered(scene: Company) -> Iterator[Text]:
    dates, zone = Dates(), ZoneInfo(ZONE)
    for entry in scene.twins.google.instances(WORKSHOPS):
        start, end = (datetime.fromisoformat(entry[name]["dateTime"]).astimezone(zone) for name in ("start", "end"))
        when = f"{dates.day(start.date())}, {start:%H:%M} to {end:%H:%M}"
        yield Text.assemble((entry["summary"], "bold"), f", {when}, in {WORKSHOPS}. Nobody is invited.")


def _why_not_sooner(snapshot: Snapshot) -> str:
    """Who is away before that time, by the calendars. The comment says only how many."""
    workshop = _workshop(snapshot)
    if workshop is None or not isinstance(workshop.slot, Slot):
        return ""
    kept = in_the_way(snapshot, [one.person for one in workshop.attendees], workshop.slot)
    dates = Dates()
    told = (f"{person.name} is away {', and '.join(_span(one, dates) for one in absences)}" for person, absences in kept.items())
    return "; ".join(told)


def _span(absence: Absence, dates: Dates) -> str:
    last = _day(absence.end) - timedelta(days=absence.all_day) if absence.end else None
    first = _day(absence.start) if absence.start else None
    return " ".join(f"{word} {dates.day(day)}" for word, day in (("from", first), ("to", last)) if day)


def _day(moment: date | datetime) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


def _workshop(snapshot: Snapshot) -> Workshop | None:
    """The meeting that the merge request asks for."""
    contract = next(one for one in snapshot.contracts if one.name == NAME)
    compared = next((one for one in snapshot.compared if one.revision == "merge_request"), None)
    verdict = verdict_from_json(compared.verdict) if compared else None
    request = snapshot.merge_request(compared.of) if compared else None
    if verdict is None or request is None:
        return None
    effort = Effort(days_per_change=contract.adaptation_days)
    impact = impact_of(verdict, relied_on(contract, snapshot), snapshot, with_milestones(request, snapshot), effort)
    return workshop_of(impact, snapshot)


def _section(body: str) -> Text:
    """Of a comment what is said of the contract, and why."""
    lines = body.splitlines()
    at = next(n for n, line in enumerate(lines) if f"breaks the contract {NAME}" in line)
    return shown("\n".join([lines[at], *(line for line in lines[at + 1 : at + 3] if line.startswith("Why: "))]))
