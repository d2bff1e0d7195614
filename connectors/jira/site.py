"""What is asked of a Jira site once: its edition, our account, the projects."""

from urllib.parse import quote

from connectors.http import expect
from connectors.jira.api import Api
from syncd.contract import Account, Misconfigured, Settings, Unavailable
from syncd.model.raw import Json, Scope

_PLATFORM = "/ex/jira/"
"""Scoped tokens speak to the platform's host under this path, while people browse the site's own address."""


class Site:
    """Answers are kept as long as the connector lives; `check` and `scope(anew=True)` ask again."""

    def __init__(self, api: Api, settings: Settings) -> None:
        self._api, self._settings = api, settings
        self._server: Json = None
        self._me: Json = None
        self._projects: dict[str, Json] = {}

    def check(self) -> Account:
        """The account and edition, asked anew. Raises AuthFailed, or Misconfigured where no Jira answers."""
        what = "looking who we are"
        server = self._api.get("serverInfo", what=what, none_on=(404,))
        if server is None:
            raise Misconfigured(f"{what}: there is no Jira at this address (404). Check `url`")
        self._server = expect(server, dict, what=what)
        self._me = None
        name = str(self.me.get("displayName") or self.account_id)
        return Account(self.account_id, name, zone=self.zone, edition=self.edition, version=self._server.get("version"))

    @property
    def server(self) -> Json:
        """What `serverInfo` says."""
        if self._server is None:
            what = "asking which Jira this is"
            self._server = expect(self._api.get("serverInfo", what=what), dict, what=what)
        return self._server

    @property
    def me(self) -> Json:
        """What `myself` says."""
        if self._me is None:
            what = "looking who we are"
            self._me = expect(self._api.get("myself", what=what), dict, what=what)
        return self._me

    @property
    def edition(self) -> str | None:
        """`Cloud`, `Server`, or None where the site does not say."""
        said = self.server.get("deploymentType")
        return str(said) if said else None

    @property
    def zone(self) -> str | None:
        """The zone in which Jira reads the dates in our queries."""
        said = self.me.get("timeZone")
        return said if isinstance(said, str) else None

    @property
    def account_id(self) -> str:
        """Our account id (Cloud), else user key or name (Data Center)."""
        said = next((self.me[name] for name in ("accountId", "key", "name") if self.me.get(name)), None)
        if said is None:
            raise Unavailable("looking who we are: the answer names no account. Check `url`")
        return str(said)

    def is_me(self, author: Json) -> bool:
        """Whether a comment's author is our own account."""
        known = [name for name in ("accountId", "key", "name") if self.me.get(name)]
        return isinstance(author, dict) and any(author.get(name) == self.me[name] for name in known)

    def project(self, key: str, *, anew: bool = False) -> Json:
        """The project's record, by key or id. Raises Unavailable with the key as scope where there is none to be seen."""
        if anew or key not in self._projects:
            what = f"looking for project {key}"
            found = self._api.get(f"project/{quote(key, safe='')}", what=what, scope=key, none_on=(404,))
            if found is None:
                cure = "Check `projects`, or let the account see it"
                raise Unavailable(f"{what}: there is none, or it is hidden from this account (404). {cure}", scope=key)
            self._projects[key] = expect(found, dict, what=what, scope=key)
        return self._projects[key]

    def scope(self, key: str, *, anew: bool = False) -> Scope:
        """A project as a scope: its numeric id, and its key of today."""
        project = self.project(key, anew=anew)
        scope = Scope(str(project.get("id") or key), str(project.get("key") or key))
        self._projects |= {scope.id: project, scope.name: project}
        return scope

    def link(self, path: str) -> str:
        """The address of a page as a person opens it."""
        base = self._settings.url
        if _PLATFORM in base:
            base = str(self.server.get("baseUrl") or base)
        return f"{base.rstrip('/')}/{path}"
