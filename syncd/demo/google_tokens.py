"""The token endpoint of the Google twin: access tokens for signed assertions of service accounts, and for refresh tokens."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from syncd.demo.google_access import PREFIX
from syncd.demo.twin import Request, Response

if TYPE_CHECKING:
    from syncd.demo.google_twin import GoogleTwin

_AUDIENCE = "https://oauth2.googleapis.com/token"
"""Whom Google's library addresses in an assertion, wherever the token endpoint is."""
_ASSERTION = "urn:ietf:params:oauth:grant-type:jwt-bearer"


def token(twin: "GoogleTwin", request: Request) -> Response:
    """An access token, or why there is none (RFC 6749, section 5)."""
    form = {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
    if form.get("grant_type") == _ASSERTION:
        return _for_assertion(twin, form, request.base_url)
    if form.get("grant_type") == "refresh_token":
        return _for_refresh_token(twin, form)
    return _refused(400, "unsupported_grant_type", "Invalid grant_type")


def _for_assertion(twin: "GoogleTwin", form: Mapping[str, str], base_url: str) -> Response:
    """What it says has to fit the account and its signature (RFC 7523)."""
    # Only here is the library needed, and the command line loads this module for its help.
    import google.auth.exceptions
    import google.auth.jwt

    try:
        said = google.auth.jwt.decode(form.get("assertion", ""), verify=False)  # type: ignore[no-untyped-call]
        key = twin.accounts.get(said.get("iss", ""), "")
        google.auth.jwt.decode(form["assertion"], certs=key, audience=[_AUDIENCE, f"{base_url}/token"])  # type: ignore[no-untyped-call]
    except (ValueError, google.auth.exceptions.GoogleAuthError):
        return _refused(400, "invalid_grant", "Invalid JWT Signature.")
    wanted, person = set(said.get("scope", "").split()), said.get("sub", said["iss"])
    known = {PREFIX + scope for scope in twin.delegated} if person != said["iss"] else wanted
    if not wanted or wanted - known or person not in {said["iss"], *twin.subjects}:
        description = (
            "Client is unauthorized to retrieve access tokens using this method, or not for any of the scopes requested."
        )
        return _refused(401, "unauthorized_client", description)
    return _granted(twin, person, wanted)


def _for_refresh_token(twin: "GoogleTwin", form: Mapping[str, str]) -> Response:
    if twin.clients.get(form.get("client_id", "")) != form.get("client_secret", ""):
        return _refused(401, "invalid_client", "The OAuth client was not found.")
    known = twin.grants.get(form.get("refresh_token", ""))
    if known is None:
        return _refused(400, "invalid_grant", "Token has been expired or revoked.")
    account, scopes = known
    wanted = set(form["scope"].split()) if "scope" in form else set(scopes)
    if wanted - scopes:
        return _refused(400, "invalid_scope", "Some requested scopes were invalid.")
    return _granted(twin, account, wanted, told=True)


def _granted(twin: "GoogleTwin", account: str, scopes: Iterable[str], *, told: bool = False) -> Response:
    made = f"ya29.{len(twin.tokens)}"
    twin.tokens[made], twin.scopes[made] = account, frozenset(scopes)
    scope = {"scope": " ".join(sorted(scopes))} if told else {}
    return Response({"access_token": made, "expires_in": 3599, "token_type": "Bearer", **scope})


def _refused(status: int, error: str, description: str) -> Response:
    return Response({"error": error, "error_description": description}, status)
