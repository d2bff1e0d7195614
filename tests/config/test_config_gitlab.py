"""The credentials of GitLab in a configuration: a token, a refresh token, or a refresh token and the application's secret."""

import pytest

from syncd.config import load
from syncd.model.problem import Problems
from tests.config.made_up import Folder

BASE = '[connections.web]\nkind = "gitlab"\nprojects = ["acme/web"]\n'
OAUTH = f'{BASE}auth = "oauth"\nclient_id = "app"\nrefresh_token_file = "refresh"\n'


@pytest.mark.parametrize("more", ["", 'token = "app-secret"\n'], ids=["public application", "confidential application"])
def test_a_refresh_token_stands_alone_or_beside_the_applications_secret(folder: Folder, more: str) -> None:
    folder.put("refresh", "first\n")
    folder.file.write_text(OAUTH + more)
    connection = load(folder.file, {}).connections["web"]
    assert connection.options.model_dump()["refresh_token_file"] == str(folder.file.parent / "refresh")


def test_without_any_credentials_the_token_is_asked_for(folder: Folder) -> None:
    folder.file.write_text(BASE + 'auth = "oauth"\n')
    with pytest.raises(Problems) as caught:
        load(folder.file, {})
    assert [problem.key.partition(" ")[0] for problem in caught.value.problems] == ["connections.web.token_file"]


def test_a_refresh_token_that_is_not_there_is_told(folder: Folder) -> None:
    folder.file.write_text(OAUTH)
    with pytest.raises(Problems) as caught:
        load(folder.file, {})
    assert "connections.web.refresh_token_file" in [problem.key.partition(" ")[0] for problem in caught.value.problems]
