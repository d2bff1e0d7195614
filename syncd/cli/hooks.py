"""`syncd hooks`: register webhooks where the vendor lets us, and tell how far they can be relied on; and listening to them in `syncd run`."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import Annotated, Any
from urllib.parse import quote

import typer

from syncd.app import App, opened
from syncd.cli.frame import (
    DEFAULT_CONFIG,
    GOOD,
    TROUBLE,
    AsJson,
    ConfigFile,
    command,
    hide_secrets,
    one_line,
    out,
    print_json,
    usage,
)
from syncd.config import Connection
from syncd.contract import HookOrder, HookStep, SyncError
from syncd.run.engine import Engine
from syncd.run.gap import ratio
from syncd.run.hints import Hints, look_at
from syncd.run.link import Link
from syncd.run.log import log
from syncd.store.deliveries import Counted

KEEP_S, RENEW_S = 60.0, 6 * 3600.0
"""How often what was heard is written down, and channels that expire are looked at: four times within the day before they end."""

cli = typer.Typer(name="hooks", help="Webhooks: register them, and see how far they can be relied on.", no_args_is_help=True)


# --- listening -------------------------------------------------------------------------------------------------------------------


@contextmanager
def listening(app: App, engine: Engine) -> Iterator[None]:
    """Inside, webhooks are listened to, where `[web] listen` says so. Raises Problems where the port is taken."""
    if not app.config.web.listen:
        yield
        return
    from syncd.web.app import application  # only who listens pays for the import of a server
    from syncd.web.inbox import Door, Inbox
    from syncd.web.server import Server

    doors = {
        name: Door(connection.kind.hooks, connection.hook_secret or _no_secret)
        for name, connection in app.config.connections.items()
        if connection.kind.hooks is not None
    }

    def look(connection: str) -> None:
        inbox.flush()
        look_at(app.works, connection)

    hints = Hints(look, doors, app.works.clock)
    inbox = Inbox(doors, app.store, app.works.clock.now, hints.wake)
    with ExitStack() as ending:
        server = Server(application(inbox, lambda error: log().error("request failed", exc_info=error)), app.config.web.listen)
        ending.callback(inbox.flush)
        hints.start()
        ending.callback(hints.stop)
        ending.enter_context(server)
        engine.every(KEEP_S, "keep deliveries", inbox.flush)
        engine.every(RENEW_S, "renew hooks", lambda: renew(app))
        log().info(
            "listening", address=app.config.web.listen, connections=[n for n, d in doors.items() if d.secret is not _no_secret]
        )
        yield


def _no_secret() -> None:
    return None


def renew(app: App) -> None:
    """Renew what was registered before and expires. What cannot be renewed is logged; polling goes on without it."""
    for link in app.links:
        connection = app.config.connections[link.name]
        scheme = connection.kind.hooks
        if not app.config.web.public_url or scheme is None or not scheme.renews:
            continue
        if connection.hook_secret is None or not app.store.deliveries.counted(link.name).registered:
            continue
        for step in registered(app, link, dry_run=False):
            if step.error is not None:
                log().warning("hook cannot be renewed", connection=link.name, target=step.target, why=step.error.text)
            elif step.does != "nothing":
                log().info("hook renewed", connection=link.name, target=step.target)


# --- registering -------------------------------------------------------------------------------------------------------------------


def registered(app: App, link: Link, *, dry_run: bool) -> list[HookStep]:
    """Register the hooks of one connection, and remember what is to be remembered of them. An error of the whole is a step, too."""
    connection, known = app.config.connections[link.name], dict(app.store.deliveries.counted(link.name).registered)
    steps: list[HookStep] = []
    try:
        order = _order(app, connection, known, dry_run=dry_run)
        if order is not None and link.kind.hooks is not None and link.kind.hooks.sync is not None:
            settings = connection.settings(app.works.clock.now, {})
            for step in link.kind.hooks.sync(settings, link.gate, order):
                steps.append(step)
                if not dry_run and step.keep != known.get(step.target):
                    known = {name: value for name, value in {**known, step.target: step.keep}.items() if value is not None}
                    app.store.deliveries.count(link.name, lambda counted: replace(counted, registered=known))  # noqa: B023
    except SyncError as error:
        steps.append(HookStep(link.name, "nothing", error=error))
    return steps


def _order(app: App, connection: Connection, known: dict[str, Any], *, dry_run: bool) -> HookOrder | None:
    secret = connection.hook_secret() if connection.hook_secret else None
    if not secret:
        return None
    url = f"{app.config.web.public_url}/hook/{quote(connection.name)}"
    return HookOrder(url, secret, dry_run, known)


@cli.command("sync")
@command
def sync(
    context: typer.Context,
    config: ConfigFile = DEFAULT_CONFIG,
    dry_run: Annotated[bool, typer.Option(help="Only show what would be done.")] = False,
    json: AsJson = False,
) -> None:
    """Register our webhooks at the vendors, and renew what expires. What is there with our address is updated, never doubled."""
    with opened(config, os.environ) as app:
        hide_secrets(context, app)
        if not app.config.web.public_url:
            usage('[web] public_url is missing: the vendors need an address. Add public_url = "https://syncd.example"')
        told = [Told.of(app, link, step) for link in app.links for step in _steps(app, link, dry_run=dry_run)]
    if json:
        print_json({"dry_run": dry_run, "steps": [one.as_json() for one in told]})
    else:
        for one in told:
            out().print(one.line(dry_run=dry_run), markup=False)
    raise typer.Exit(TROUBLE if any(one.error for one in told) else GOOD)


def _steps(app: App, link: Link, *, dry_run: bool) -> list[HookStep]:
    if link.kind.hooks is None:
        return [HookStep(link.name, "nothing", f"{link.kind.title} has no webhooks")]
    if app.config.connections[link.name].hook_secret is None:
        return [HookStep(link.name, "nothing", "it has no hook_secret: nothing is registered, and every delivery is refused")]
    return registered(app, link, dry_run=dry_run)


@dataclass(frozen=True, slots=True)
class Told:
    """A step as people and programs are told of it: no secret is in it."""

    connection: str
    target: str
    does: str
    note: str
    error: str | None

    @classmethod
    def of(cls, app: App, link: Link, step: HookStep) -> "Told":
        """Without what may never be shown, whatever a vendor repeated."""
        texts = [step.target, step.note, step.error.text if step.error else ""]
        for hidden in filter(None, app.secrets()):
            texts = [text.replace(hidden, "***") for text in texts]
        return cls(link.name, texts[0], step.does, texts[1], texts[2] or None)

    def line(self, *, dry_run: bool) -> str:
        """One line for a person."""
        where = self.connection if self.target == self.connection else f"{self.connection} {self.target}"
        if self.error:
            return one_line(f"{where}: {self.error}")
        did = {"create": "created", "update": "updated", "renew": "renewed", "nothing": "nothing to do"}.get(self.does, self.does)
        verb = f"would {self.does}" if dry_run and self.does in ("create", "update", "renew") else did
        return one_line(f"{where}: {verb}{f': {self.note}' if self.note else ''}")

    def as_json(self) -> dict[str, Any]:
        """With stable keys."""
        return {
            "connection": self.connection,
            "target": self.target,
            "does": self.does,
            "note": self.note or None,
            "error": self.error,
        }


# --- how far they can be relied on ---------------------------------------------------------------------------------------------------


@cli.command("status")
@command
def status(config: ConfigFile = DEFAULT_CONFIG, json: AsJson = False) -> None:
    """Per connection: deliveries, those refused, and how much of what changed none had announced. Reads the store only."""
    with opened(config, os.environ) as app:
        hooked = {link.name: link.hooked for link in app.links if link.kind.hooks is not None}
        known = {name: app.store.deliveries.counted(name) for name in hooked}
    if json:
        print_json({name: _status_json(counted, hooked=hooked[name]) for name, counted in known.items()})
        return
    for name, counted in known.items():
        out().print(one_line(f"{name}: {_status_line(counted, hooked=hooked[name])}"), markup=False)
    if not known:
        out().print("No connection has webhooks.")


def _status_json(counted: Counted, *, hooked: bool) -> dict[str, Any]:
    return {
        "hook_secret": hooked,
        "last_delivery": counted.last_at,
        "accepted": counted.accepted,
        "repeated": counted.repeated,
        "refused": dict(counted.refused),
        "last_refused": counted.refused_at,
        "changed": counted.found,
        "announced": counted.announced,
        "gap": ratio(counted),
        "registered": len(counted.registered),
    }


def _status_line(counted: Counted, *, hooked: bool) -> str:
    if not hooked:
        return f"no hook_secret; {_refused(counted) or 'nobody sent anything'}"
    last = f"last delivery {counted.last_at:%Y-%m-%d %H:%M} UTC" if counted.last_at else "no delivery yet"
    gap = ratio(counted)
    found = counted.found - counted.announced
    share = f"{found} of {counted.found} changes were announced by none ({gap:.0%})" if gap is not None else "nothing changed yet"
    parts = [last, f"{counted.accepted} accepted", f"{counted.repeated} repeated", _refused(counted), share]
    return "; ".join(part for part in parts if part)


def _refused(counted: Counted) -> str:
    reasons = ", ".join(f"{n} {why}" for why, n in sorted(counted.refused.items()))
    return f"{sum(counted.refused.values())} refused ({reasons})" if reasons else ""
