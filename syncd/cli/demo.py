"""`demo`: the simulated company, or recorded records, before the eyes of a person: four passes, and what came of them."""

import signal
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import typer

from syncd.cli import report
from syncd.cli.demo_round import play
from syncd.cli.demo_show import Show
from syncd.cli.frame import GOOD, TROUBLE, USAGE, complain
from syncd.demo.company import Company, company
from syncd.demo.company_twins import PortsTaken, Twins
from syncd.demo.story import a_day_later, an_answer
from syncd.demo.story_records import KNOWN, Recorded, recorded
from syncd.run.clock import Clock

CONFIG, STORE = "syncd.toml", "syncd.db"


def perform(*, once: bool, port: int, records: Path | None, dir: Path | None) -> None:
    """The passes; unless `once`, the company stays up afterwards. Ends with an exit code, as a command does."""
    scene = _recorded(records) if records else company(Clock().now)
    show = Show()
    try:
        with _folder(dir) as folder, _up(scene.twins, port), _stopped_by(signal.SIGTERM):
            config = folder / CONFIG
            config.write_text(scene.configuration(), "utf-8")
            show.setting(scene)
            trouble = _play(scene, config, show)
            if not once:
                show.around(config, scene)
                threading.Event().wait()
    except PortsTaken as taken:
        complain(f"{taken}. Choose others with --port, or leave it out")
        raise typer.Exit(TROUBLE) from None
    except KeyboardInterrupt:
        show.end()
        raise typer.Exit(GOOD) from None
    raise typer.Exit(TROUBLE if trouble else GOOD)


def _recorded(folder: Path) -> Recorded:
    scene = recorded(folder, Clock().now)
    for line in (*scene.unreadable, *scene.ignored):
        complain(line)
    if not scene.taken:
        complain(f"{folder} holds no records. Expected are files named {', '.join(KNOWN)}")
        raise typer.Exit(USAGE)
    return scene


def _play(scene: Company | Recorded, config: Path, show: Show) -> bool:
    """The rounds. Whether one of them needs a person."""
    first = play(scene, config)
    show.first(first, scene)
    second = play(scene, config)
    show.second(second)
    rounds = [first, second]
    if isinstance(scene, Company):
        edit = a_day_later(scene)
        third = play(scene, config)
        show.later(edit, third)
        answer = an_answer(scene)
        fourth = play(scene, config)
        show.answered(answer, fourth)
        rounds += [third, fourth]
    return any(report.in_trouble(one.passed) for one in rounds)


@contextmanager
def _up(twins: Twins, port: int) -> Iterator[None]:
    twins.start(port)
    try:
        yield
    finally:
        twins.stop()


@contextmanager
def _folder(kept: Path | None) -> Iterator[Path]:
    if kept is None:
        with tempfile.TemporaryDirectory(prefix="syncd-demo-") as name:
            yield Path(name)
        return
    if found := [name for name in (CONFIG, STORE) if (kept / name).exists()]:
        complain(f"{kept} holds a {found[0]} already. Name another folder with --dir, or remove the file")
        raise typer.Exit(USAGE)
    kept.mkdir(parents=True, exist_ok=True)
    yield kept


@contextmanager
def _stopped_by(number: signal.Signals) -> Iterator[None]:
    """A signal ends it as Ctrl-C does. Outside of the main thread there are no signals."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(number, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(number, before)
