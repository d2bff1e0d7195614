"""What is asked of a Jira site once: its edition, our account, and when our token ends."""

from datetime import datetime, timedelta

from connectors.http import expect
from connectors.jira.api import Api
from connectors.jira.cursor import instant
from connectors.jira.sign import PLATFORM, Signing
from connectors.lately import Lately
from syncd.contract import Account, AuthFailed, Misconfigured, Settings, Unavailable
from syncd.model.raw import Json

_NOTED = ("accountId", "displayName", "key", "name", "timeZone")
_KEPT = timedelta(days=1)
"""So long the address of the site is believed."""


class Site:
    """Answers are kept as long as the connector lives; `check` asks again."""

    def __init__(self, api: Api, signing: Signing, settings: Settings) -> None:
        self._api, self._signing, self._settings = api, signing, settings
        self._server: Json = None
        self._me: Json = None
        self._lately, self._recalled = Lately(settings), False

    def check(self) -> Account:
        """The account and edition, asked anew. Raises AuthFailed, or Misconfigured where no Jira answers."""
        what = "looking who we are"
        server = self._api.get("serverInfo", what=what, none_on=(404,))
        if server is None:
            keys = "`cloud_id` and `platform_url`" if self._signing.is_on_platform else "`url`"
            raise Misconfigured(f"{what}: there is no Jira at this address (404). Check {keys}")
        self._server = expect(server, dict, what=what)
        self._ask_me()
        return Account(
            self.account_id,
            str(self.me.get("displayName") or self.account_id),
            zone=self.zone,
            edition=self.edition,
            version=self._server.get("version"),
            expires_at=self._expires_at(),
            granted=self._signing.granted,
        )

    @property
    def server(self) -> Json:
        """What `serverInfo` says."""
        if self._server is None:
            what = "asking which Jira this is"
            self._server = expect(self._api.get("serverInfo", what=what), dict, what=what)
        return self._server

    @property
    def me(self) -> Json:
        """What `myself` says, or said within the last minutes."""
        if self._me is None:
            self._me = self._lately.known("me")
            self._recalled = self._me is not None
        if self._me is None:
            self._ask_me()
        return self._me

    def _ask_me(self) -> None:
        what = "looking who we are"
        self._me, self._recalled = expect(self._api.get("myself", what=what), dict, what=what), False
        self._lately.found("me", {name: self._me[name] for name in _NOTED if name in self._me})

    def zone_again(self) -> str | None:
        """The zone, asked anew where it is only remembered."""
        if self._recalled:
            self._ask_me()
        return self.zone

    @property
    def is_data_center(self) -> bool:
        """Whether the site, or our account there, says so."""
        if self._server is not None:
            return self.edition is not None and not self.is_cloud
        return self.is_cloud_by_account is False

    @property
    def is_cloud_by_account(self) -> bool | None:
        """What the account tells of the edition: people have an `accountId` on Cloud alone, and a `key` or `name` on Data Center. None
        where it tells nothing, or cannot be looked at."""
        if self._server is not None:
            return None
        try:
            me = self.me
        except (AuthFailed, Misconfigured, Unavailable):
            return None
        if bool(me.get("accountId")) == any(me.get(name) for name in ("key", "name")):
            return None
        return bool(me.get("accountId"))

    @property
    def edition(self) -> str | None:
        """`Cloud`, `Server`, or None where the site does not say."""
        said = self.server.get("deploymentType")
        return str(said) if said else None

    @property
    def is_cloud(self) -> bool:
        """Whether the site says that it is Jira Cloud."""
        return (self.edition or "").lower() == "cloud"

    @property
    def looks_like_cloud(self) -> bool:
        """The same without a request of its own: where the site was not asked yet, what the way to sign in tells."""
        if self._server is not None:
            return self.is_cloud
        return bool(self._settings.user) or self._signing.is_on_platform

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

    def link(self, path: str) -> str:
        """The address of a page as a person opens it."""
        base = self._settings.url
        if PLATFORM in base:
            known = self._lately.known("base", _KEPT)
            base = str(known or self.server.get("baseUrl") or base)
            if known is None:
                self._lately.found("base", base)
        return f"{base.rstrip('/')}/{path}"

    def _expires_at(self) -> datetime | None:
        """When our personal access token ends: Data Center lists the account's tokens, so that a single one must be ours."""
        if self.is_cloud or self._settings.user:
            return None
        none_on = (400, 401, 403, 404, 405, 500)
        found = self._api.get("tokens", what="looking when our token ends", root="pat", version="latest", none_on=none_on)
        only = found[0] if isinstance(found, list) and len(found) == 1 else None
        return instant(only.get("expiringAt")) if isinstance(only, dict) else None
