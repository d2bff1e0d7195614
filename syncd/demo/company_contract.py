"""The contract of the simulated company: what the platform team promises of sessions, and the merge request that takes a field away."""

from dataclasses import dataclass

from syncd.demo.company_calendar import WORKSHOPS
from syncd.demo.company_days import Days, Moment
from syncd.demo.company_github import WEB_CLIENT
from syncd.demo.company_gitlab import IDENTITY
from syncd.demo.gitlab_twin import GitlabTwin

NAME, PATH = "sessions", "api/openapi.yaml"

CHECK = 'status = "status"\nfail_on = ["breaking_hits_commitment"]\n'
"""What [policy] says, so that merge requests are marked, and are red for a contract that they break alone."""


@dataclass(frozen=True, slots=True)
class Promise:
    """Where the contract is, who relies on it by the keys of their milestones, and the merge request that breaks it."""

    consumers: tuple[str, ...]
    request: str

    def configuration(self) -> str:
        """How syncd is told of it, as TOML."""
        consumers = ", ".join(f'"{key}"' for key in self.consumers)
        return _SECTION.format(name=NAME, project=IDENTITY, path=PATH, consumers=consumers, calendar=WORKSHOPS)


def fill(gitlab: GitlabTwin, days: Days, moment: Moment, app: str) -> Promise:
    """Tell two releases, what came after them, and what is proposed. `app`: the milestone of the mobile team."""
    for day, text, release in _TOLD:
        moment.tell(days.at(day, 10))
        gitlab.files.commit(IDENTITY, {PATH: text})
        if release:
            gitlab.files.release(IDENTITY, release)
    _pushed(gitlab)
    moment.tell(days.at(-1, 15))
    row = gitlab.files.propose(IDENTITY, _TITLE, {PATH: _PROPOSED}, "no-e-mail", by="hana-kim")
    return Promise((app, WEB_CLIENT), str(row["references"]["full"]))


def _pushed(gitlab: GitlabTwin) -> None:
    """The commits of the merge requests that are open there already: what they change is no part of a contract."""
    git, project = gitlab.files.of(IDENTITY), gitlab.project(IDENTITY)["id"]
    for row in gitlab.merge_requests.values():
        if (row["project_id"], row["state"]) == (project, "opened"):
            row["sha"] = git.commit({"src/main.py": row["title"]}, row["source_branch"], row["updated_at"])


def _described(*fields: str, more: str = "") -> str:
    """The description with these fields of a session."""
    listed = "\n".join(f"        {name}: {{type: string}}" for name in fields)
    return _OPENAPI.format(fields=", ".join(fields), listed=listed, more=more)


_OPENAPI = """\
openapi: 3.1.0
info: {{title: Sessions, version: "1"}}
paths:
  /sessions/{{id}}:
    get:
      parameters:
        - {{name: id, in: path, required: true, schema: {{type: string}}}}
      responses:
        "200":
          description: The session.
          content:
            application/json:
              schema: {{$ref: "#/components/schemas/Session"}}
{more}components:
  schemas:
    Session:
      type: object
      required: [{fields}]
      properties:
{listed}
"""
_END = """\
    delete:
      parameters:
        - {name: id, in: path, required: true, schema: {type: string}}
      responses:
        "204":
          description: The session is over.
"""

_TITLE = "Leave the e-mail address out of sessions"
_TOLD = (
    (-50, _described("id", "account", "email", "expires_at"), "1.0.0"),
    (-25, _described("id", "account", "email", "expires_at", "device"), "1.1.0"),
    (-9, _described("id", "account", "email", "expires_at", "device", more=_END), None),
)
"""Day, description, and the release that it went into."""
_PROPOSED = _described("id", "account", "expires_at", "device", more=_END)

_SECTION = """\
[contracts.{name}]
connection = "gitlab"
project = "{project}"
path = "{path}"
producer = "platform"
adaptation_days = 4
consumers = {{ milestones = [{consumers}] }}
workshop = {{ connection = "calendar", calendar = "{calendar}" }}
"""
