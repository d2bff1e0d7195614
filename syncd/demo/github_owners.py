"""Lists of repositories at the GitHub twin: of an organisation, of a user, of ourselves."""

from typing import TYPE_CHECKING

from syncd.demo.github_access import NOT_FOUND
from syncd.demo.github_pages import page
from syncd.demo.twin import Request, Response

if TYPE_CHECKING:
    from syncd.demo.github_twin import GithubTwin


def repositories_of(twin: "GithubTwin", request: Request) -> Response:
    """An organisation's list has all that the token sees, a user's the public ones only, our own all that is ours."""
    grant = twin.grant(request)
    mine = request.path.endswith("/user/repos")
    owner = twin.who(request) if mine else request.args["owner"]
    is_organisation = owner.casefold() in {name.casefold() for name in twin.organisations}
    owners = {name.split("/")[0].casefold() for name in twin.repositories}
    if "/orgs/" in request.path and not is_organisation:
        return NOT_FOUND
    if grant is None or (not is_organisation and not mine and owner.casefold() not in owners):
        return NOT_FOUND
    homes = [home for home in twin.homes.values() if home.name.split("/")[0].casefold() == owner.casefold()]
    all_seen = is_organisation or mine
    rows = [home.row for home in homes if (grant.sees(home) if all_seen else not home.row["private"])]
    return page(request, f"{request.base_url}{request.path}", rows, lambda row: row)
