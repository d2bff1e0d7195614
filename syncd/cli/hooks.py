"""`syncd hooks`: register webhooks where the vendor lets us, and tell how far they can be relied on."""

import os
from dataclasses import dataclass
from typing import Annotated, Any

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
from syncd.cli.registering import registered
from syncd.contract import HookStep
from syncd.run.gap import ratio
from syncd.run.link import Link
from syncd.store.deliveries import Counted

cli = typer.Typer(name="hooks", help="Webhooks: register them, and see how far they can be relied on.", no_args_is_help=True)


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
