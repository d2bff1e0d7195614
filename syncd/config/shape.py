"""The keys of the configuration file with their types and defaults. What an attribute's docstring says becomes documentation."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, WithJsonSchema, model_validator

from syncd.config.faults import Fault
from syncd.model.action import Mode

JOINED_FIELDS = ("class", "cadence", "due", "funding", "objective", "owner", "start", "status", "team", "title", "value")
"""The fields of a milestone that several sources may give differently: a precedence of its own may be named for each."""


def _number(value: Any) -> Any:
    if isinstance(value, bool):
        raise Fault("must be a number, not true or false", "Write the number without quotes.")
    return value


def _precedence(value: Any) -> Any:
    return value if isinstance(value, dict) else {"default": value}


_NAMES_SCHEMA = {"type": "array", "items": {"type": "string"}}
Number = BeforeValidator(_number)
Precedence = Annotated[
    dict[Literal["default"] | str, tuple[str, ...]],
    BeforeValidator(_precedence),
    WithJsonSchema(
        {
            "anyOf": [
                _NAMES_SCHEMA,
                {
                    "type": "object",
                    "properties": dict.fromkeys(("default", *JOINED_FIELDS), _NAMES_SCHEMA),
                    "additionalProperties": False,
                },
            ]
        }
    ),
]


class Section(BaseModel):
    """A table of the file. An error never repeats what was written: it might be a secret."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, use_attribute_docstrings=True)


class Store(Section):
    """Where syncd keeps what it mirrored."""

    url: SecretStr = SecretStr("sqlite:///syncd.db")
    """sqlite:///FILE (relative to this file; four slashes for an absolute path) or postgresql+psycopg://USER:PASSWORD@HOST/NAME."""
    url_file: str | None = None
    """A file that holds the url, where it contains a password."""


class Model(Section):
    """How sources become one milestone."""

    zone: str = "UTC"
    """The time zone in which a day begins and ends, as in Europe/Berlin."""
    precedence: Precedence = Field(default_factory=dict)
    """Which connection counts where several say something different: a list of their names, first wins. Also decides where syncd
    speaks. Or a table: default = [...] and a list per field, as in due = ["plat"]."""


class Policy(Section):
    """When syncd speaks."""

    at_start: Literal["known", "write"] = "known"
    """What was open when writing was first switched on is known and stays unsaid ("known"), or is said as well ("write")."""
    writes_per_pass: Annotated[int, Number] = Field(default=20, ge=0)
    """At most so many comments are created or edited in one pass; the rest waits in the plan."""
    instance: str = Field(default="syncd", pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")
    """Tells two installations apart that speak on the same tickets."""
    tracking: dict[str, str] = Field(default_factory=dict)
    """Milestone key, label or team -> key of the ticket on which to speak where no source of the milestone takes comments."""


class Delivery(Section):
    """How long a request may take."""

    timeout_s: Annotated[float, Number] = Field(default=30, gt=0, le=3600)
    """A request is given up after so many seconds, all in all."""
    settle_s: Annotated[float, Number] = Field(default=35, gt=0, le=7200)
    """After a write that broke off, so many seconds pass before syncd looks whether it arrived. Never shorter than timeout_s."""

    @model_validator(mode="after")
    def _settles_no_sooner_than_the_timeout(self) -> "Delivery":
        if self.settle_s < self.timeout_s:
            raise Fault(
                f"settle_s ({self.settle_s:g}) is shorter than timeout_s ({self.timeout_s:g}): a write may be under way still",
                f"Set settle_s to {self.timeout_s + 5:g} or more.",
            )
        return self


class Run(Section):
    """The daemon."""

    interval_s: Annotated[float, Number] = Field(default=300, gt=0)
    """`syncd run` makes a pass every so many seconds."""


class Mappings(Section):
    """Your own mappings."""

    dir: str = "mappings"
    """The folder that is searched before the mappings that come with syncd. Relative to this file."""


class ConnectionKeys(Section):
    """One connection to one vendor. Its name is its identity: see renamed_from."""

    kind: str
    """Which vendor."""
    url: str | None = None
    """The base address: https, or http on this machine only (unless allow_http)."""
    user: str | None = None
    """The account that the token belongs to (Jira Cloud: its e-mail address; without it the token is sent as Bearer)."""
    token: SecretStr | None = None
    """The secret. Better kept in a file or in the environment than here."""
    token_file: str | None = None
    """A file that holds the token; read again whenever it is used."""
    token_expires: date | None = None
    """The last day of the token, where the vendor does not tell it (Jira): warned 30 and 7 days ahead."""
    streams: tuple[str, ...] | None = None
    """What is read, by the names of the connector's streams; ["all"] reads everything. Without it all but the optional ones."""
    history_days: Annotated[int, Number] | None = Field(default=None, ge=1)
    """Closed records that were last touched before so many days are not read. Without it everything is."""
    mapping: str | None = None
    """How its records become milestones and items: the name of a mapping, or the path of a mapping file."""
    write: Mode = "plan"
    """"off": find nothing to say here; "plan": show what would be written; "on": write it."""
    write_for: dict[str, Mode] = Field(default_factory=dict)
    """The same for one project or repository: its name -> mode."""
    share: Literal["keys", "titles"] = "keys"
    """What may be read elsewhere: keys, dates and numbers only, or titles too."""
    ca_file: str | None = None
    """A PEM bundle of certificate authorities that replaces the default one."""
    proxy: SecretStr | None = None
    """The proxy for all requests: http://USER:PASSWORD@HOST:PORT (or https://), special characters of user and password as %XX."""
    proxy_file: str | None = None
    """A file that holds the proxy's address, where it contains a password."""
    no_proxy: tuple[str, ...] = ()
    """What is reached without the proxy: hosts and all beneath them, host:port, addresses, networks (10.0.0.0/8), "*"."""
    client_cert_file: str | None = None
    """A PEM certificate by which syncd proves who it is to the server or a gateway before it."""
    client_key_file: str | None = None
    """Its private key (PEM, without a passphrase), where it is not in the same file."""
    allow_http: bool = False
    """Send the token over plain http to another machine. It can be read on the way."""
    renamed_from: str | None = None
    """What this connection was called before, so that what is known of it moves along."""


SECTIONS: dict[str, type[Section]] = {
    "store": Store,
    "model": Model,
    "policy": Policy,
    "delivery": Delivery,
    "run": Run,
    "mappings": Mappings,
}
"""The tables whose keys are the same for everybody; `detect` and `connections` depend on what is installed."""
