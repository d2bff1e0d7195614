"""Registering the webhooks of one connection, and remembering what is to be remembered of them."""

from dataclasses import replace
from typing import Any
from urllib.parse import quote

from syncd.app import App
from syncd.config import Connection
from syncd.contract import HookOrder, HookStep, SyncError
from syncd.run.link import Link


def registered(app: App, link: Link, *, dry_run: bool) -> list[HookStep]:
    """Register the hooks of one connection, and remember what is to be remembered of them. An error of the whole is a step, too."""
    connection, known = app.config.connections[link.name], dict(app.store.deliveries.counted(link.name).registered)
    steps: list[HookStep] = []
    try:
        order = _order(app, link, connection, known, dry_run=dry_run)
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


def _order(app: App, link: Link, connection: Connection, known: dict[str, Any], *, dry_run: bool) -> HookOrder | None:
    secret = connection.hook_secret() if connection.hook_secret else None
    if not secret:
        return None
    url = f"{app.config.web.public_url}/hook/{quote(connection.name)}"
    return HookOrder(url, secret, dry_run, known, link.streams)
