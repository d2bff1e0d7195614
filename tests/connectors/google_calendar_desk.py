"""A Google that gives tokens for what files hold, for the tests of signing in and of writing."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from connectors.google_calendar import KIND
from syncd.contract import Connector
from syncd.demo.google_twin import GoogleTwin
from tests.connectors.contract import OpenGate
from tests.connectors.google_calendar_given import options, settings

ACCOUNT, PERSON = "syncd@acme.iam.gserviceaccount.example", "planning@acme.example"
CLIENT, REFRESH = ("client-4711", "client-s3cret"), "1//refresh-s3cret"


def key_pair() -> tuple[str, str]:
    """A private and its public key."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()
    return private, public


@dataclass
class Desk:
    """A Google that knows one service account, and the file with its key."""

    twin: GoogleTwin
    file: Path
    gate: OpenGate = field(default_factory=OpenGate)

    def connect(self, subject: str | None = PERSON, **changes: Any) -> Connector:
        """A connector that signs in with the file."""
        given = options(credentials_file=str(self.file), subject=subject)
        return KIND.connect(settings(self.twin, **({"options": given, "secret": lambda: None} | changes)), self.gate)

    def default(self, **changes: Any) -> Connector:
        """A connector that signs in with the application default credentials."""
        given = options(application_default=True)
        return KIND.connect(settings(self.twin, **({"options": given, "secret": lambda: None} | changes)), self.gate)

    def rewrite(self, **changes: Any) -> None:
        """Change what the file says."""
        self.file.write_text(json.dumps(json.loads(self.file.read_text()) | changes))

    def hold_account(self, private: str, **changes: Any) -> None:
        """The file holds the service account's key."""
        key = {"type": "service_account", "client_email": ACCOUNT, "private_key": private, "token_uri": self.endpoint}
        self.file.write_text(json.dumps(key | changes))

    def hold_person(self, scopes: tuple[str, ...] = ("calendar.readonly", "calendar.events"), **changes: Any) -> None:
        """The file holds what gcloud writes for a person who signed in with these scopes."""
        self.twin.person(PERSON, REFRESH, CLIENT, scopes)
        held = {"type": "authorized_user", "client_id": CLIENT[0], "client_secret": CLIENT[1], "refresh_token": REFRESH}
        self.file.write_text(json.dumps(held | {"token_uri": self.endpoint, "account": ""} | changes))

    @property
    def endpoint(self) -> str:
        """Where tokens are given out."""
        return f"{self.twin.server.url}/token"
