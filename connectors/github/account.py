"""Who the token belongs to, and which GitHub answers."""

from connectors.github.client import Client
from connectors.http import expect
from syncd.contract import Account, AuthFailed, Misconfigured, Unavailable

_WHAT = "asking GitHub who we are"


def account(client: Client) -> Account:
    """`GET /user`. Raises AuthFailed where the token is no user's, Misconfigured where no GitHub answers at this address."""
    answer = client.get("/user", what=_WHAT, accept=(403, 404))
    if answer.status == 404:
        raise Misconfigured(f"{_WHAT}: there is no GitHub API at `url` (404). For Enterprise Server it is https://HOST/api/v3")
    if answer.status == 403:
        error = client.refusal(answer, what=_WHAT, scope=None)
        if isinstance(error, AuthFailed):
            raise AuthFailed(f"{error.text}. The token must be a user's: a personal access token, classic or fine-grained")
        raise error
    user = expect(answer.json(what=_WHAT), dict, what=_WHAT)
    if not user.get("id"):
        raise Unavailable(f"{_WHAT}: the answer names no user. Check `url`")
    version = answer.headers.get("x-github-enterprise-version")
    edition = "Enterprise Server" if version else None
    return Account(id=str(user["id"]), name=str(user.get("login") or user["id"]), edition=edition, version=version)
