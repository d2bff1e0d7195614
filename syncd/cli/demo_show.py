"""What `demo` prints: a chapter for each round, a table for each question. Plain where it is no terminal."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from syncd.cli import demo_contract, report
from syncd.cli.demo_comment import difference, shown
from syncd.cli.demo_round import Round
from syncd.cli.frame import one_line
from syncd.decide.plain import plain_headline
from syncd.decide.wording import Dates, count
from syncd.demo.company import Company
from syncd.demo.company_days import ZONE
from syncd.demo.company_twins import Note, Twins
from syncd.demo.story import Answer, Edit
from syncd.demo.story_records import Recorded
from syncd.model.finding import Severity

_WIDEST = 100
_STYLE: Mapping[Severity, str] = {"critical": "bold red", "warn": "yellow", "info": "cyan"}
_RECORD = {"pulls": "pull request", "merge_requests": "merge request", "contract_files": "part of contracts"}
_SIGN = {"-": "red", "+": "green"}
_VENDORS = {"jira": "Jira", "github": "GitHub", "gitlab": "GitLab", "calendar": "Google Calendar"}


class Show:
    """Standard output, at most 100 columns wide."""

    def __init__(self) -> None:
        self._console = Console(highlight=False, emoji=False)
        self._console.width = min(self._console.width, _WIDEST) if self._console.is_terminal else _WIDEST

    # --- chapters ------------------------------------------------------------------------------------------------------------

    def setting(self, scene: Company | Recorded) -> None:
        """Who is there, and where."""
        self._print(f"Set up: {scene}. Nothing leaves this machine.")
        self._print()
        table = _table("vendor", "address", "holds")
        for name, server in scene.twins.servers.items():
            if holds := _holds(scene, name):
                table.add_row(_VENDORS[name], server.url, one_line(", ".join(holds)))
        self._print(table)

    def first(self, one: Round, scene: Company | Recorded) -> None:
        """What was read, what was found, what was said."""
        self._chapter(f"The first pass: {_moment(one)}")
        self._print(_read(one))
        counts = [count(n, kind.replace("_", " ")) for kind, n in report.model_counts(one.passed.analysed.snapshot).items() if n]
        self._print(f"\nOne model of it: {', '.join(counts)}.")
        self._print(f"{count(one.requests, 'request')} in {one.seconds:.1f} s.", style="dim")
        self._problems(one)
        self._print()
        self._findings(one)
        self._comment(one, scene.late if isinstance(scene, Company) else None)
        if isinstance(scene, Company):
            self._contract(one, scene)

    def second(self, one: Round) -> None:
        """Nothing changed, so nothing is said."""
        self._chapter("The second pass")
        said = "Writes nothing" if not one.writes else f"Writes {count(one.writes, 'time')}"
        self._print(f"{said}: nothing has changed. {count(one.requests, 'request')}, all of them reads, in {one.seconds:.1f} s.")

    def later(self, edit: Edit, one: Round) -> None:
        """One date was moved; what became of it."""
        when = "One day later" if edit.days == 1 else "One working day later"
        self._chapter(f"{when}: {_moment(one)}")
        dates = Dates()
        self._print(f"{edit.who} moves the due date of {edit.ticket} from {dates.day(edit.old)} to {dates.day(edit.new)}.")
        edited = [note for note in one.written if note in one.before]
        new = f", {count(more, 'comment')} written" if (more := len(one.written) - len(edited)) else ""
        left = count(len(one.after) - len(one.written), "other")
        what = f"{count(len(edited), 'comment')} edited in place{new}, {left} left as they are"
        self._print(f"The third pass: {what}. {count(one.requests, 'request')} in {one.seconds:.1f} s.\n")
        for note in one.written:
            self._edited(note, one)

    def answered(self, answer: Answer, one: Round) -> None:
        """Somebody answered our comment; what it says to that."""
        self._chapter("A person knows better")
        self._print(f"{answer.who} answers on {answer.ticket}:\n")
        self._print(Text(f"  {answer.text}\n", "bold"))
        self._print(f"The fourth pass: {count(len(one.written), 'comment')} edited in place. {count(one.requests, 'request')}.\n")
        for note in one.written:
            self._edited(note, one)

    def around(self, config: Path, scene: Company | Recorded) -> None:
        """What to do next."""
        self._chapter("Look around")
        self._print("The vendors stay up until Ctrl-C. In another terminal:\n")
        self._console.print(Text(f"  export SYNCD_CONFIG={config}\n", "bold"), soft_wrap=True)
        ticket = scene.late if isinstance(scene, Company) else "KEY"
        table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2))
        for command, why in (
            ("syncd findings", "what is open"),
            (f"syncd explain {ticket}", "from the vendor's record to the comment"),
            ("syncd plan", "what the next pass would write, and why"),
            *(
                (("syncd contracts changelog", "what changed in a contract, release by release"),)
                if isinstance(scene, Company)
                else ()
            ),
            ("syncd export --kind milestone", "the model, for programs"),
        ):
            table.add_row(Text(f"  {command}", "bold", no_wrap=True), Text(why, "dim"))
        self._print(table)
        self._print()

    def end(self) -> None:
        """It was stopped."""
        self._print("\nThe company is gone; nothing is left behind but what --dir names.")

    # --- parts ---------------------------------------------------------------------------------------------------------------

    def _chapter(self, title: str) -> None:
        self._print()
        self._console.rule(Text(title, "bold"), align="left", style="dim")
        self._print()

    def _problems(self, one: Round) -> None:
        for line in report.problems(one.passed):
            self._print(Text(f"! {one_line(line)}", "yellow"))

    def _findings(self, one: Round) -> None:
        if not one.states:
            self._print("No findings: nothing to say on any ticket.")
            return
        table = _table("severity", "finding", "what")
        table.columns[2].ratio = 1
        for state in one.states:
            finding = state.finding
            severity = Text(finding.severity, _STYLE[finding.severity])
            table.add_row(severity, finding.code.replace("_", " "), Text(one_line(plain_headline(finding))))
        self._print(table)

    def _comment(self, one: Round, late: str | None) -> None:
        """One comment: that on `late`, else a Jira one where there is one, the first with something that changed."""

        def first(note: Note) -> tuple[object, ...]:
            return note.ticket != late, note.vendor != "jira", "\nChanged: " not in one.after[note], note.id

        written = sorted(one.written, key=first)
        if not written:
            return
        self._print(
            f"\n{count(len(written), 'comment')} written, one on each ticket concerned. On {written[0].ticket} one now reads:\n"
        )
        self._print(self._panel(written[0], one))

    def _contract(self, one: Round, scene: Company) -> None:
        """The merge request that breaks a contract: the comment on it, and all that follows."""
        said = demo_contract.on_request(one, scene)
        if said is None:
            return
        self._print(f"\nThe merge request {said.ticket} takes a field away that others rely on. On it one reads:\n")
        self._print(self._panel(said, one))
        self._print()
        table = _table("where", "what is there now")
        table.columns[1].ratio = 1
        for where, what in demo_contract.rows(one, scene):
            table.add_row(Text(one_line(where), no_wrap=True), what)
        self._print(table)

    def _panel(self, note: Note, one: Round) -> Panel:
        action = one.action(note)
        url = action.target.url if action else None
        where = Text(f" {_VENDORS[note.vendor]} {note.ticket} ", "bold")
        below = Text(f" {one_line(url)} ", "dim") if url else None
        return Panel(
            shown(one.after[note]), title=where, title_align="left", subtitle=below, subtitle_align="left", padding=(1, 2)
        )

    def _edited(self, note: Note, one: Round) -> None:
        action = one.action(note)
        why = f" ({'; '.join(action.reasons)})" if action else ""
        self._print(Text(f"{_VENDORS[note.vendor]} {note.ticket}, comment {note.id}{why}", "bold"))
        for sign, line in difference(one.before.get(note, ""), one.after[note]):
            grid = Table.grid(padding=(0, 1))
            grid.add_row(Text(sign, _SIGN[sign]), line)
            self._print(Padding(grid, (0, 0, 0, 2)), style="dim" if sign == "-" else None)

    def _print(self, *what: object, style: str | None = None) -> None:
        self._console.print(*what, style=style, markup=False)


def _table(*columns: str) -> Table:
    return Table(*columns, box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style="dim")


def _read(one: Round) -> Table:
    table = _table("vendor", "read", "state")
    for name, pulled in one.passed.pulled.items():
        streams = [
            count(stream.read, _RECORD.get(title, title.removesuffix("s")))
            for title, stream in pulled.streams.items()
            if stream.read
        ]
        states = sorted({stream.state for stream in pulled.streams.values()})
        table.add_row(_VENDORS[name], ", ".join(streams) or "nothing", ", ".join(states))
    return table


def _holds(scene: Company | Recorded, vendor: str) -> list[str]:
    twins: Twins = scene.twins
    held: dict[str, Iterator[str]] = {
        "jira": iter(twins.jira.projects),
        "github": (f"{home.name}{' (private)' if home.row['private'] else ''}" for home in twins.github.homes.values()),
        "gitlab": (project["path_with_namespace"] for project in twins.gitlab.projects.values()),
        "calendar": (id.partition("@")[0] for id in twins.google.calendars),
    }
    return list(held[vendor])


def _moment(one: Round) -> str:
    """When it looked, as people there say it."""
    return Dates().moment(one.passed.analysed.snapshot.as_of, ZONE)
