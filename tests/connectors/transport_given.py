"""One small vendor of each kind, on plain http or over TLS, for the tests of the way to it."""

import json
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from connectors.github import KIND as GITHUB
from connectors.gitlab import KIND as GITLAB
from connectors.gitlab import GitlabOptions
from connectors.google_calendar import KIND as GOOGLE
from connectors.jira import KIND as JIRA
from syncd.contract import Connector, Kind, Settings
from syncd.demo.google_twin import GoogleTwin
from syncd.demo.jira_twin import JiraTwin
from syncd.demo.twin import TwinServer
from syncd.model.ref import Ref
from tests.connectors import github_given, gitlab_given, google_calendar_given, jira_given
from tests.connectors.contract import NOW, SECRET, OpenGate


@dataclass
class Home:
    """A vendor that listens. `ids` are those of the records of the stream `main`; `target` takes comments, where anything does."""

    kind: Kind
    server: TwinServer
    settings: Settings
    main: str
    ids: set[str]
    target: Ref | None = None
    gate: OpenGate = field(default_factory=OpenGate)

    def connect(self, **changes: Any) -> Connector:
        return self.kind.connect(replace(self.settings, **changes), self.gate)


def _jira(tls: ssl.SSLContext | None) -> Home:
    clock = jira_given.Clock()
    twin = JiraTwin(clock, token=SECRET)
    jira_given.populate(twin)
    twin.server.start(tls=tls)
    target = Ref("plat", "issues", twin.held("PLAT-1")["id"], key="PLAT-1")
    return Home(JIRA, twin.server, jira_given.settings(twin, "PLAT", "PAY"), "issues", set(twin.issues), target)


def _github(tls: ssl.SSLContext | None) -> Home:
    twin = github_given.company()
    twin.server.start(tls=tls)
    issue = next(iter(twin.homes.values())).issues[3]
    ids = set(github_given.ids(twin)["issues"])
    return Home(GITHUB, twin.server, github_given.settings(twin), "issues", ids, github_given.ref("issues", issue))


def _gitlab(tls: ssl.SSLContext | None) -> Home:
    twin = gitlab_given.company()
    settings = Settings(
        connection="code",
        url=twin.server.start(tls=tls),
        options=GitlabOptions(groups=["plan"], projects=["acme/web"]),
        now=lambda: NOW,
        secret=lambda: SECRET,
    )
    issue = next(one for one in twin.issues.values() if one["references"]["full"] == "acme/web#3")
    target = Ref("code", "issues", str(issue["id"]), key="acme/web#3", url=issue["web_url"])
    return Home(GITLAB, twin.server, settings, "issues", {str(id) for id in twin.issues}, target)


def google_twin() -> GoogleTwin:
    """Two calendars with a few events, which does not listen yet."""
    twin = GoogleTwin(google_calendar_given.Clock(), {SECRET: "bot@acme.example"})
    twin.calendar(google_calendar_given.RELEASES)
    twin.calendar(google_calendar_given.LEAVE)
    return twin


def service_account(twin: GoogleTwin, name: str, folder: Path) -> str:
    """A service account that the twin knows; the file with its key."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    twin.service_account(name, public.decode(), subjects=[])
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    made = {
        "type": "service_account",
        "client_email": name,
        "private_key": private.decode(),
        "token_uri": f"{twin.server.url}/token",
    }
    file = folder / "google.json"
    file.write_text(json.dumps(made))
    return str(file)


def _google(tls: ssl.SSLContext | None) -> Home:
    twin = google_twin()
    twin.server.start(tls=tls)
    made = [
        twin.event(
            google_calendar_given.RELEASES, f"deploy {n}", google_calendar_given.at(5 + n, 9), google_calendar_given.at(5 + n, 10)
        )
        for n in range(3)
    ]
    ids = {google_calendar_given.id_of(google_calendar_given.RELEASES, event) for event in made}
    return Home(GOOGLE, twin.server, google_calendar_given.settings(twin), "events", ids)


KINDS: Mapping[str, Callable[[ssl.SSLContext | None], Home]] = {
    "jira": _jira,
    "github": _github,
    "gitlab": _gitlab,
    "google_calendar": _google,
}


@contextmanager
def home(kind: str, tls: ssl.SSLContext | None = None) -> Iterator[Home]:
    """A vendor of that kind, for as long as the block lasts."""
    made = KINDS[kind](tls)
    try:
        yield made
    finally:
        made.server.stop()
