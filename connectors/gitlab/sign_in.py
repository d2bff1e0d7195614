"""How requests are signed: an access token of GitLab, one of OAuth as it is, or one that is made out of a refresh token."""

import requests

from connectors.gitlab import GitlabOptions
from connectors.gitlab.renewal import Renewal
from syncd.contract import AuthFailed, Gate, Settings


class SignIn:
    """The credentials of a connection. The token is taken as it is now; it may have been renewed since the last request."""

    def __init__(self, settings: Settings, gate: Gate, base: str) -> None:
        assert isinstance(settings.options, GitlabOptions)
        self._settings, self._options = settings, settings.options
        self._renewal = Renewal(settings, gate, base) if self._options.refresh_token_file else None
        self._sent: str | None = None

    @property
    def renews(self) -> bool:
        """Whether an access token that has ended is followed by another without a person."""
        return self._renewal is not None

    @property
    def oauth(self) -> bool:
        """Whether the token is one of OAuth."""
        return self._options.auth == "oauth"

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Put the token into a request."""
        self._sent = self._renewal.token() if self._renewal else self._settings.secret()
        if not self._sent:
            return request
        if not (self._sent.isascii() and self._sent.isprintable()):
            raise AuthFailed("the token holds characters that no GitLab token has. Put it in place again, on one line")
        if self.oauth:
            request.headers["Authorization"] = f"Bearer {self._sent}"
        else:
            request.headers["PRIVATE-TOKEN"] = self._sent
        return request

    def renew(self) -> None:
        """The token of the last request was not accepted: the next one is made anew."""
        if self._renewal and self._sent:
            self._renewal.reject(self._sent)

    def close(self) -> None:
        """Let go of sockets."""
        if self._renewal:
            self._renewal.close()
