"""A company whose hooks are listened to: the application on a loopback port, with pulls that happen when the test says so."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from syncd.app import App, opened
from syncd.cli.listening import doors
from syncd.contract import Delivery
from syncd.run.aim import NOTHING, Spoken, spoken_of, together
from syncd.run.hints import look_at
from syncd.web.app import application
from syncd.web.inbox import Inbox
from syncd.web.server import Server
from tests.run.run_given import Company

SECRET = "hook-secret-0815-0815"
SIGNING = "whsec_" + "c2lnbmluZy1rZXktb2YtMzItYnl0ZXMtYWFhYWFhYWE="


@dataclass
class Listening:
    """`woken`: the connections that were named, in order, `told`: what was said of them. `look` looks at them, as the daemon would."""

    app: App
    inbox: Inbox
    port: int
    woken: list[str] = field(default_factory=list)
    told: dict[str, Spoken | None] = field(default_factory=dict)
    defects: list[BaseException] = field(default_factory=list)

    def url(self, connection: str) -> str:
        return f"http://127.0.0.1:{self.port}/hook/{connection}"

    def look(self) -> list[str]:
        """Look at what was named since the last time, each once; gives their names."""
        named = list(dict.fromkeys(self.woken))
        self.woken.clear()
        self.inbox.flush()
        for connection in named:
            look_at(self.app.works, connection, self.told.pop(connection))
        return named


def with_secrets(company: Company, **secrets: str | None) -> None:
    """Give connections their hook_secret."""
    for connection in ("plat", "code", "web", "cal"):
        if (secret := secrets.get(connection, SECRET)) is not None:
            company.sections[f"connections.{connection}"]["hook_secret"] = secret
    company.sections["store"]["url"] = f"sqlite:///{company.folder}/syncd.db"


@contextmanager
def listening(company: Company, *, body_s: float = 10) -> Iterator[Listening]:
    """Listen with the company's configuration."""
    company.syncd("check")
    with opened(company.config, {}, clock=company.hand.clock) as app:
        woken: list[str] = []
        told: dict[str, Spoken | None] = {}
        defects: list[BaseException] = []

        def wake(connection: str, delivery: Delivery) -> None:
            woken.append(connection)
            told[connection] = together(told.get(connection, NOTHING), spoken_of(delivery))

        inbox = Inbox(doors(app), app.store, company.hand.now, wake)
        with Server(application(inbox, defects.append, body_s=body_s), "127.0.0.1:0") as server:
            yield Listening(app, inbox, server.port, woken, told, defects)
        assert defects == []
