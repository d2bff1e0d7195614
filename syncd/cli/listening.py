"""Listening to webhooks inside `syncd run`: the server, who looks when it is told to, and what is done now and then beside them."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from syncd.app import App
from syncd.cli.registering import registered
from syncd.run.aim import Spoken
from syncd.run.engine import Engine
from syncd.run.hints import Hints, look_at
from syncd.run.log import log

if TYPE_CHECKING:
    from syncd.web.inbox import Door

KEEP_S, RENEW_S = 60.0, 6 * 3600.0
"""How often what was heard is written down, and channels that expire are looked at: four times within the day before they end."""


@contextmanager
def listening(app: App, engine: Engine) -> Iterator[None]:
    """Inside, webhooks are listened to, where `[web] listen` says so. Raises Problems where the port is taken."""
    if not app.config.web.listen:
        yield
        return
    from syncd.web.app import application  # only who listens pays for the import of a server
    from syncd.web.inbox import Inbox
    from syncd.web.server import Server

    known = doors(app)

    def look(connection: str, spoken: Spoken | None) -> None:
        inbox.flush()
        look_at(app.works, connection, spoken)

    hints = Hints(look, known, app.works.clock)
    inbox = Inbox(known, app.store, app.works.clock.now, hints.wake)
    with ExitStack() as ending:
        server = Server(application(inbox, lambda error: log().error("request failed", exc_info=error)), app.config.web.listen)
        ending.callback(inbox.flush)
        hints.start()
        ending.callback(hints.stop)
        ending.enter_context(server)
        engine.every(KEEP_S, "keep deliveries", lambda: _try(inbox.flush))
        engine.every(RENEW_S, "renew hooks", lambda: _try(lambda: renew(app)))
        log().info(
            "listening", address=app.config.web.listen, connections=[n for n, d in known.items() if d.secret is not _no_secret]
        )
        yield


def doors(app: App) -> dict[str, "Door"]:
    """The connections that vendors may speak to, with a secret or without."""
    from syncd.web.inbox import Door

    return {
        name: Door(connection.kind.hooks, connection.hook_secret or _no_secret)
        for name, connection in app.config.connections.items()
        if connection.kind.hooks is not None
    }


def _no_secret() -> None:
    return None


def _try(job: Callable[[], None]) -> None:
    """What goes wrong is logged, and the job comes again."""
    try:
        job()
    except Exception:
        log().exception("job broke off")


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
