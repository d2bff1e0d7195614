"""The keys of the configuration file with their types and defaults. What an attribute's docstring says becomes documentation."""

import re
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, WithJsonSchema, field_validator, model_validator

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
    keep_days: Annotated[int, Number] = Field(default=400, ge=1)
    """Earlier states of records are dropped so many days after they ended; once a day."""


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
    write_for_team: dict[str, Mode] = Field(default_factory=dict)
    """How far a team's findings may be said: its name -> mode. Where one team is "on", those not named are planned; "*" names the rest."""
    label: str = Field(default="", pattern=r"^\S{0,80}$")
    """A label on each ticket on which a finding is told, as in "syncd:{code}"; it goes when the finding does. Empty: none."""
    property: str = Field(default="", pattern=r"^[A-Za-z0-9._-]{0,200}$")
    """Jira: the name of an issue property with what is open, for searches and automations. Empty: none."""
    link: bool = False
    """Jira: link a ticket with what its worst finding waits for elsewhere."""
    status: Literal["off", "status", "check"] = "off"
    """Mark every open merge request, so that it can be demanded before a merge: by a commit status, or (GitHub App) a check run."""
    status_name: str = Field(default="syncd", pattern=r"^[A-Za-z0-9 ._/-]{1,100}$")
    """What the status or check is called."""
    contract_status: str = Field(default="syncd/contract", pattern=r"^[A-Za-z0-9 ._/-]{0,100}$")
    """What the second one is called, that merge requests get which touch a watched contract. Empty: there is none."""
    fail_from: Literal["info", "warn", "critical"] = "critical"
    """From this severity on it fails."""
    fail_on: tuple[str, ...] = ()
    """The findings that count, by their codes. Empty: all."""
    marks_per_pass: Annotated[int, Number] = Field(default=100, ge=0)
    """At most so many labels, links, properties and statuses are written in one pass; the rest waits in the plan."""
    status_label: str = Field(default="status:*", pattern=r"^$|^[^*]*\*[^*]*$")
    """The labels by which a person says how a milestone stands: status:on-track, status:at-risk, status:off-track. Empty: none."""
    status_override_days: Annotated[int, Number] = Field(default=14, ge=1, le=3650)
    """So many days such a label counts, from when it was set, or first seen where the vendor does not tell; so does an undated answer."""
    replies: bool = True
    """A line such as "/syncd on track until 2026-12-15 because ..." in an answer to our comment says how its milestone stands."""
    people: Literal["named", "role", "none"] = "named"
    """How people are shown everywhere: by name, by their role ("an assignee"), or not at all. Exports then hold pseudonyms."""
    instance: str = Field(default="syncd", pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")
    """Tells two installations apart that speak on the same tickets."""
    tracking: dict[str, str] = Field(default_factory=dict)
    """Milestone key, label, team or finding code -> key of the ticket on which to speak where no source of the milestone takes comments."""

    @model_validator(mode="after")
    def _names_differ(self) -> "Policy":
        if self.status != "off" and self.status_name.casefold() == self.contract_status.casefold():
            both = f"status_name and contract_status are both {self.status_name!r}: one would overwrite the other"
            raise Fault(both, 'Leave status_name out, or set contract_status = "".')
        return self


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
    """The passes."""

    interval_s: Annotated[float, Number] = Field(default=300, gt=0)
    """`syncd run` makes a pass every so many seconds."""
    census_hours: Annotated[float, Number] = Field(default=24, ge=0)
    """Where a vendor does not report deletions, what is there is counted every so many hours; 0: in every pass."""
    brake_share: Annotated[float, Number] = Field(default=0.2, ge=0, le=1)
    """A stream halts where more than this share of its records, and more than brake_records, vanish or cannot be read at once."""
    brake_records: Annotated[int, Number] = Field(default=10, ge=0)
    """See brake_share."""


class Mappings(Section):
    """Your own mappings."""

    dir: str = "mappings"
    """The folder that is searched before the mappings that come with syncd. Relative to this file."""


class Web(Section):
    """Webhooks: vendors say "look now", and syncd looks at once instead of at the next pass."""

    listen: str = ""
    """Where `syncd run` listens, as in 127.0.0.1:8080 or [::]:8080; a proxy that speaks https belongs before it. Empty: nowhere."""
    public_url: str = ""
    """The https address under which vendors reach it; `syncd hooks sync` registers it."""

    @field_validator("listen")
    @classmethod
    def _host_and_port(cls, value: str) -> str:
        found = re.fullmatch(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+):(\d{1,5})", value)
        if value and not (found and int(found[2]) < 65536):
            raise Fault("is no address to listen at", 'Write host and port, as in "127.0.0.1:8080", or "0.0.0.0:8080" for all.')
        return value


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
    hook_secret: SecretStr | None = None
    """The secret that the vendor's webhooks prove. Without it every delivery is refused."""
    hook_secret_file: str | None = None
    """A file that holds it; read again whenever it is used."""
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
    allow_private: bool = False
    """Reach a server in a private network (10.0.0.0/8, fc00::/7 and the like), or a name that leads to this machine."""
    renamed_from: str | None = None
    """What this connection was called before, so that what is known of it moves along."""


SECTIONS: dict[str, type[Section]] = {
    "store": Store,
    "model": Model,
    "policy": Policy,
    "delivery": Delivery,
    "run": Run,
    "mappings": Mappings,
    "web": Web,
}
"""The tables whose keys are the same for everybody; `detect` and `connections` depend on what is installed. `work`, `teams` and
`contracts` have files of their own."""
