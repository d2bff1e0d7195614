"""Pure. Findings as the body of one comment, in the markup of its place and within its length."""

import hashlib
import json
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby

from syncd.decide.markup import PLAIN, Markup
from syncd.decide.voice import Voice
from syncd.decide.wording import Dates, count
from syncd.model.finding import SEVERITIES, Count, Day, DaysOff, Finding, Line, Named, Part, Quote, Step, said, said_of, told
from syncd.schedule.mermaid import Edge

RESOLVED = "resolved"
"""The digest of a comment that has nothing to say any more."""
_MOST_ENDED = 5


@dataclass(frozen=True, slots=True)
class Section:
    """One finding of a comment, as it may be told there, and the time of its facts."""

    finding: Finding
    facts_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What every comment of one ticket shares.

    `key` is its idempotency key, `marker` its last line; `titles` head the topics, `room` is its length in characters.
    `answers`: the lines for those who answered it.
    """

    voice: Voice
    key: str
    marker: str
    zone: str
    room: int
    titles: Mapping[str, str]
    answers: Sequence[Sequence[Part]] = ()

    @property
    def markup(self) -> Markup:
        """The markup of the place."""
        return self.voice.markup

    def title(self, code: str) -> str:
        """What heads the topic."""
        return self.titles.get(code) or code.replace("_", " ").capitalize()


def in_order(sections: Sequence[Section]) -> tuple[Section, ...]:
    """By topic, the topic with the worst finding first; within it the worst first; never by time."""
    worst: dict[str, int] = {}
    for section in sections:
        rank = SEVERITIES.index(section.finding.severity)
        worst[section.finding.code] = max(rank, worst.get(section.finding.code, rank))

    def place(section: Section) -> tuple[int, str, int, str]:
        finding = section.finding
        return -worst[finding.code], finding.code, -SEVERITIES.index(finding.severity), finding.fingerprint

    return tuple(sorted(sections, key=place))


def digest(sections: Sequence[Section], answers: Sequence[Sequence[Part]] = ()) -> str:
    """What the comment says, in 24 hex digits: without the time of the facts and without what only the clock changes."""
    texts: list[object] = [_said(section.finding) for section in sections]
    texts += [said(answer) for answer in answers]
    return hashlib.sha256(json.dumps(texts, ensure_ascii=True).encode()).hexdigest()[:24]


def digest_of_comment(sections: Sequence[Section], answers: Sequence[Sequence[Part]]) -> str:
    """The same of a comment, which may have nothing to say any more."""
    return digest(sections, answers) if sections or answers else RESOLVED


def _said(finding: Finding) -> tuple[object, ...]:
    drawn = [said_of(finding.graph)] if finding.graph else []
    return finding.code, finding.severity, said(finding.headline), told(finding), *drawn


def body(sections: Sequence[Section], sheet: Sheet) -> str:
    """The comment. Where it does not fit, pictures are left out; then a section at a time, then a line at a time, and counted."""

    def first(kept: int) -> str:
        return _whole(_topics(sections[:kept], sheet), len(sections) - kept, sheet)

    if len(whole := first(len(sections))) <= sheet.room:
        return whole
    if any(section.finding.graph for section in sections):
        return body([replace(section, finding=replace(section.finding, graph=())) for section in sections], sheet)
    fitting = bisect_right(range(1, len(sections)), sheet.room, key=lambda kept: len(first(kept)))
    return first(fitting) if fitting else _shortened(sections, sheet)


def _shortened(sections: Sequence[Section], sheet: Sheet) -> str:
    """The first section without its last lines; without any section where not even its headline fits."""
    for lines in range(len(sections[0].finding.lines), -1, -1):
        text = _whole([_section(sections[0], sheet, lines=lines)], len(sections) - 1, sheet)
        if len(text) <= sheet.room:
            return text
    return _whole([], len(sections), sheet)


def resolved(ended: Sequence[Finding], moved: Sequence[Finding], sheet: Sheet) -> str:
    """The comment when nothing is left to say: what was open here, and what is open but told elsewhere."""
    lines = [_line(Line("Was", finding.headline), sheet.voice, Dates()) for finding in ended[:_MOST_ENDED]]
    lines += [_line(Line("No longer told here", finding.headline), sheet.voice, Dates()) for finding in moved[:_MOST_ENDED]]
    for kept in range(len(lines), -1, -1):
        text = _joined([sheet.markup.bold("Resolved: nothing is open here."), *lines[:kept]], sheet)
        if len(text) <= sheet.room:
            return text
    return sheet.marker


def text(finding: Finding, voice: Voice) -> str:
    """The finding's own lines, without time and marker."""
    dates = Dates()
    lines = (_line(line, voice, dates) for line in finding.lines)
    return voice.markup.line_break.join([headline(finding, voice, dates), *lines])


def headline(finding: Finding, voice: Voice, dates: Dates) -> str:
    """The first line of a finding, not yet bold."""
    return worded(finding.headline, voice, dates)


def _whole(blocks: Sequence[str], left_out: int, sheet: Sheet) -> str:
    rest = (
        f"{'And ' if blocks else ''}{count(left_out, 'more finding' if blocks else 'finding')} for which there is no room here."
    )
    return "\n\n".join([*blocks, *([rest] if left_out else []), *_answered(sheet), sheet.marker])


def _joined(lines: Sequence[str], sheet: Sheet) -> str:
    return "\n\n".join([sheet.markup.line_break.join(lines), *_answered(sheet), sheet.marker])


def _answered(sheet: Sheet) -> Iterator[str]:
    if sheet.answers:
        yield sheet.markup.line_break.join(worded(tuple(answer), sheet.voice, Dates()) for answer in sheet.answers)


def _topics(sections: Sequence[Section], sheet: Sheet) -> list[str]:
    topics = [(code, list(group)) for code, group in groupby(sections, key=lambda s: s.finding.code)]
    last = sections[-1]
    blocks: list[str] = []
    for code, group in topics:
        if len(topics) > 1:
            blocks.append(sheet.markup.heading(sheet.markup.own(sheet.title(code))))
        blocks += [_section(s, sheet, timed=s is last or s.facts_at != last.facts_at) for s in group]
    return blocks


def _section(section: Section, sheet: Sheet, *, timed: bool = True, lines: int | None = None) -> str:
    dates, finding = Dates(), section.finding
    shown = [sheet.markup.bold(headline(finding, sheet.voice, dates))]
    shown += [_line(line, sheet.voice, dates) for line in finding.lines[:lines]]
    if timed:
        _add_time(shown, finding.lines[:lines], f"Facts of {dates.moment(section.facts_at, sheet.zone)}.")
    return "\n\n".join([sheet.markup.line_break.join(shown), *_picture(finding.graph, sheet.voice)])


def _picture(graph: Sequence[Step], voice: Voice) -> Iterator[str]:
    """The picture, where there is one and the place draws it."""
    if graph and voice.markup.graph:
        dates, plain = Dates(), replace(voice, markup=PLAIN)
        boxes = [(_box(step.what), worded(step.told, plain, dates)) for step in graph]
        yield voice.markup.graph(boxes, [Edge(before, place) for place, step in enumerate(graph) for before in step.after])


def _box(part: Part) -> str:
    """Key and title in one line: a line that a title begins could be taken for a list."""
    if isinstance(part, Named):
        return f"{part.ref.label} {part.title}".rstrip()
    if isinstance(part, Count):
        return count(part.value, part.unit)
    return part.text if isinstance(part, Quote) else str(part)


def _add_time(shown: list[str], lines: Sequence[Line], facts: str) -> None:
    """After the line on how to correct it, where there is one."""
    if lines and lines[-1].label.startswith("Wrong"):
        shown[-1] = f"{shown[-1]} {facts}"
    else:
        shown.append(facts)


def _line(line: Line, voice: Voice, dates: Dates) -> str:
    label = voice.markup.own(line.label) if line.label else "–"  # a vendor's text never starts a line
    colon = "" if not line.label or line.label[-1] in "?!:." else ":"
    return f"{label}{colon} {worded(line.parts, voice, dates)}"


def worded(parts: Sequence[Part], voice: Voice, dates: Dates) -> str:
    """Typed parts as text in the markup of their place."""
    return "".join(_part(part, voice, dates) for part in parts)


def _part(part: Part, voice: Voice, dates: Dates) -> str:
    markup = voice.markup
    if isinstance(part, Day):
        return dates.day(part.day)
    if isinstance(part, Count):
        return markup.own(count(part.value, part.unit))
    if isinstance(part, DaysOff):
        return markup.own(_without(part, dates))
    if isinstance(part, Quote):
        return markup.theirs(part.text)
    if isinstance(part, Named):
        key = markup.key(part.ref.label, voice.link(part.ref))
        return f"{key} {markup.theirs(part.title)}" if part.title else key
    return markup.own(part)


def _without(part: DaysOff, dates: Dates) -> str:
    told = [f"{dates.day(first)}{f' to {dates.day(last)}' if last > first else ''} ({why})" for first, last, why in part.days]
    return f" without {' and '.join([', '.join(told[:-1]), *told[-1:]] if len(told) > 1 else told)}" if told else ""
