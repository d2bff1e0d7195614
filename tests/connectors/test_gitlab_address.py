"""Keys as GitLab writes them, and the way back from a key or URL to an API path."""

import string
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.gitlab.address import place_of, ref_of, within
from syncd.model.ref import Ref

NAMES = st.text(string.ascii_letters + string.digits + "._-", min_size=1, max_size=9).filter(
    lambda n: n.strip("._-") and n != "-"
)
PATHS = st.lists(NAMES, min_size=2, max_size=4).map("/".join)


@given(PATHS, st.integers(1, 10**6), st.sampled_from([("issues", "#"), ("merge_requests", "!")]), st.sampled_from(["", "/git"]))
def test_key_and_url_lead_back_to_the_same_place(path: str, iid: int, kind: tuple[str, str], root: str) -> None:
    stream, sign = kind
    url = f"https://git.example{root}/{path}/-/{stream}/{iid}"
    data = {"id": 7, "iid": iid, "web_url": url}
    ref = ref_of("code", stream, data, root)
    assert ref.key == f"{path}{sign}{iid}"
    assert place_of(ref, root) == place_of(Ref("code", stream, "7", url=url), root) == (path, str(iid))


@pytest.mark.parametrize(
    ("stream", "data", "id", "key"),
    [
        ("issues", {"id": 7, "iid": 3, "references": {"full": "acme/web#3"}, "web_url": "elsewhere"}, "7", "acme/web#3"),
        ("issues", {"id": 7, "iid": 3, "web_url": "https://g.example/acme/web/-/work_items/3"}, "7", "acme/web#3"),
        ("issues", {"id": 7, "iid": 3, "web_url": "https://g.example/acme/web/issues/3"}, "7", "acme/web#3"),
        ("issues", {"id": 7, "iid": 3, "project_id": 12, "references": None}, "7", "12#3"),
        ("issues", {"id": 7}, "7", None),
        ("milestones", {"id": 7, "iid": 3, "web_url": "https://g.example/groups/acme/core/-/milestones/3"}, "7", "acme/core%3"),
        ("milestones", {"id": 7, "iid": 3, "group_id": 12}, "7", "12%3"),
        ("epics", {"id": 7, "iid": 3, "group_id": 12, "web_url": "https://g.example/groups/acme/-/epics/3"}, "12:3", "acme&3"),
    ],
)
def test_identity_and_key_survive_missing_fields(stream: str, data: dict[str, Any], id: str, key: str | None) -> None:
    ref = ref_of("code", stream, data)
    assert (ref.id, ref.key) == (id, key)


def test_a_group_does_not_hold_its_namesakes() -> None:
    assert within("Acme/Web", "acme")
    assert within("acme", "acme")
    assert not within("acme-labs/web", "acme")
