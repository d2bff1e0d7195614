"""The files of contracts on GitHub: read by hash, revision by revision, and only where [contracts] names them."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from connectors import contract_files, contract_shelf
from connectors.contract_cursor import Held, load
from connectors.github import KIND
from syncd.contract import AuthFailed, Connector, RateLimited, Unavailable
from syncd.demo.github_access import Grant
from syncd.demo.github_twin import GithubTwin
from tests.connectors.contract import NOW, SECRET, OpenGate
from tests.connectors.contract_files_given import STREAM, V1, V2, V3, Kept, scope
from tests.connectors.github_given import API, Clock, settings

PATH = "api/openapi.yaml"
MAIN = ("default", "", PATH)


@pytest.fixture
def twin() -> Iterator[GithubTwin]:
    twin = GithubTwin(Clock(NOW - timedelta(days=3)), SECRET)
    twin.repository(API, private=True)
    twin.files.commit(API, {PATH: V1, "README.md": "hello", "src/main.py": "print()"})
    twin.server.start()
    yield twin
    twin.server.stop()


def connect(twin: GithubTwin, *patterns: str, **changes: Any) -> Connector:
    return KIND.connect(replace(settings(twin, API), files={API: patterns or (PATH,)}, **changes), OpenGate())


def asked(twin: GithubTwin) -> list[str]:
    """What was asked since the last time, but for the repository itself."""
    lines = [entry.line.partition("/repos/acme/api")[2] + f" {entry.status}" for entry in twin.server.log]
    twin.server.log.clear()
    return [line.split("?")[0].split(" ")[0] + " " + line.rsplit(" ", 1)[1] for line in lines if not line.startswith(" ")]


def test_nothing_is_asked_where_no_contract_names_the_connection(twin: GithubTwin) -> None:
    connector = KIND.connect(settings(twin, API), OpenGate())
    assert list(connector.scopes(STREAM)) == []
    assert twin.server.log == []
    assert KIND.streams[STREAM].optional


def test_default_branch_merge_requests_and_releases_are_read_and_an_idle_pass_is_free(twin: GithubTwin) -> None:
    twin.files.release(API, "v1")
    twin.files.commit(API, {PATH: V2})
    number = twin.files.propose(API, "Break it", {PATH: V3}, "work")
    twin.files.propose(API, "Other things", {"README.md": "bye"}, "docs")
    kept, connector = Kept(), connect(twin)
    pages = kept.read(connector)
    assert pages[-1].complete
    assert kept.texts() == {MAIN: V2, ("merge_request", str(number), PATH): V3, ("release", "v1", PATH): V1}
    row = kept.files()["merge_request", str(number), PATH]
    assert kept.text(row["base_text"]) == V2
    assert row["revision"]["id"] == twin.home(API).pulls[number]["id"]
    asked(twin)
    idle = kept.read(connector)
    assert [(page.records, page.deleted, page.cursor) for page in idle] == [((), (), pages[-1].cursor)]
    assert asked(twin) == ["/commits 304", "/pulls 304", "/releases 304", "/commits/tags%2Fv1 304"]


def test_a_content_that_is_stored_is_not_asked_for_again(twin: GithubTwin) -> None:
    kept, connector = Kept(), connect(twin, "api/**")
    kept.read(connector)
    twin.files.commit(API, {"README.md": "more"})
    twin.files.commit(API, {"api/copy.yaml": V1})
    twin.files.release(API, "v1")
    asked(twin)
    kept.read(connector)
    assert kept.texts()["default", "", "api/copy.yaml"] == kept.texts()["release", "v1", PATH] == V1
    assert not [line for line in asked(twin) if "/blobs/" in line]


def test_a_commit_elsewhere_changes_no_record(twin: GithubTwin) -> None:
    kept, connector = Kept(), connect(twin)
    kept.read(connector)
    twin.files.commit(API, {"README.md": "more"})
    assert [page.records for page in kept.read(connector)] == [()]


def test_a_merge_request_compares_with_where_it_began_and_not_with_what_came_later(twin: GithubTwin) -> None:
    number = twin.files.propose(API, "Add", {PATH: V3}, "work")
    twin.files.commit(API, {PATH: V2})
    kept = Kept()
    kept.read(connect(twin))
    assert kept.text(kept.files()["merge_request", str(number), PATH]["base_text"]) == V1


def test_a_force_push_replaces_what_the_branch_held(twin: GithubTwin) -> None:
    begin = twin.files.of(API).branches["main"]
    number = twin.files.propose(API, "Break it", {PATH: V2}, "work")
    kept, connector = Kept(), connect(twin)
    kept.read(connector)
    twin.files.commit(API, {PATH: V3}, "work", onto=begin)
    kept.read(connector)
    assert kept.texts()["merge_request", str(number), PATH] == V3
    assert V2 not in [record.data.get("text") for record in kept.records.values()]
    twin.files.commit(API, {"README.md": "only this"}, "work", onto=begin)
    kept.read(connector)
    assert set(kept.files()) == {MAIN}


def test_a_closed_merge_request_takes_its_records_along(twin: GithubTwin) -> None:
    number = twin.files.propose(API, "Break it", {PATH: V2}, "work")
    kept, connector = Kept(), connect(twin)
    kept.read(connector)
    twin.edit(API, number, state="closed")
    kept.read(connector)
    assert set(kept.files()) == {MAIN}
    assert len(kept.records) == 2


def test_a_renamed_file_is_found_where_it_is_now(twin: GithubTwin) -> None:
    number = twin.files.propose(API, "Move", {PATH: None, "spec/v2.yaml": V1 + "# moved\n"}, "work")
    kept = Kept()
    kept.read(connect(twin))
    row = kept.files()["merge_request", str(number), PATH]
    assert row["now_at"] == "spec/v2.yaml"
    assert kept.text(row["text"]) == V1 + "# moved\n"
    assert kept.text(row["base_text"]) == V1


def test_a_file_that_a_branch_deletes_is_there_without_a_content(twin: GithubTwin) -> None:
    number = twin.files.propose(API, "Drop", {PATH: None}, "work")
    kept, connector = Kept(), connect(twin)
    kept.read(connector)
    row = kept.files()["merge_request", str(number), PATH]
    assert (row["blob"], row["text"], row["now_at"]) == (None, None, None)
    twin.files.commit(API, {PATH: None})
    kept.read(connector)
    assert MAIN not in kept.files()


def test_a_file_that_is_too_large_is_named_with_the_reason_and_never_asked_for(
    twin: GithubTwin, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (contract_files, __import__("connectors.github.contract_files", fromlist=["LARGEST"])):
        monkeypatch.setattr(module, "LARGEST", 1000)
    twin.files.commit(API, {PATH: V1 + "#" * 2000})
    number = twin.files.propose(API, "Huge", {PATH: V1 + "#" * 3000}, "work")
    kept, connector = Kept(), connect(twin)
    kept.read(connector)
    for key in (MAIN, ("merge_request", str(number), PATH)):
        assert "more than" in kept.files()[key]["left_out"]
        assert kept.texts()[key] is None
    assert sum("/blobs/" in line for line in asked(twin)) == 1  # of the one whose size no tree told
    twin.files.largest = 500
    twin.files.commit(API, {PATH: V1 + "#" * 4000}, "work")
    kept.read(connector)
    assert kept.files()["merge_request", str(number), PATH]["left_out"].startswith("it has more than")


def test_a_binary_file_is_kept_as_base64_and_a_long_text_in_parts(twin: GithubTwin, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contract_shelf, "PART", 50)
    twin.files.commit(API, {PATH: b"\x00\xff binary", "api/long.yaml": V1})
    kept = Kept()
    kept.read(connect(twin, "api/*"))
    assert kept.texts()[MAIN] == "AP8gYmluYXJ5"
    row = kept.files()["default", "", "api/long.yaml"]
    assert kept.records[row["text"] + "0"].data["parts"] > 2
    assert kept.text(row["text"]) == V1


def test_a_content_that_is_not_found_is_no_content_that_is_gone(twin: GithubTwin) -> None:
    kept, connector = Kept(), connect(twin)
    twin.server.fail("/git/blobs/", status=404, body={"message": "Not Found"})
    with pytest.raises(Unavailable):
        kept.read(connector)
    assert kept.cursor is None
    kept.read(connector)
    assert kept.texts() == {MAIN: V1}
    twin.files.commit(API, {PATH: V2})
    twin.server.fail("/git/blobs/", status=404, body={"message": "Not Found"})
    with pytest.raises(Unavailable):
        kept.read(connector)
    assert kept.texts() == {MAIN: V1}


def test_a_merge_request_that_slips_between_pages_is_not_taken_for_closed(twin: GithubTwin) -> None:
    first = twin.files.propose(API, "First", {"README.md": "x"}, "first")
    for n in range(99):
        twin.pull(API, f"Pull {n}", head=f"other-{n}")
    number = twin.files.propose(API, "Break it", {PATH: V2}, "work")
    kept, connector = Kept(), connect(twin)
    kept.read(connector)
    key = ("merge_request", str(number), PATH)
    assert key in kept.files()
    twin.pull(API, "one more", head="one-more")
    pages = connector.fetch(STREAM, scope(connector), kept.cursor)
    listing = twin.server._authorize  # between the first and the second page somebody closes the first: all others move up

    def closing(request: Any) -> Any:
        if request.query.get("page") == "2" and twin.home(API).pulls[first]["state"] == "open":
            twin.edit(API, first, state="closed")
        return listing(request)

    twin.server._authorize = closing
    for page in pages:
        kept.take(page)
    assert key in kept.files()
    kept.read(connector)
    assert key in kept.files()


def test_a_tree_that_is_cut_off_is_followed_folder_by_folder(twin: GithubTwin) -> None:
    twin.files.commit(API, {f"node_modules/{n}/x": "x" for n in range(30)} | {"proto/pay/v1/pay.proto": "message A {}"})
    twin.files.most_entries = 20
    kept = Kept()
    kept.read(connect(twin, "proto/**/*.proto", PATH))
    assert set(kept.files()) == {MAIN, ("default", "", "proto/pay/v1/pay.proto")}
    assert sum("/trees/" in line for line in asked(twin)) <= 6


def test_an_empty_repository_has_no_files_and_tags_stand_for_releases(twin: GithubTwin) -> None:
    twin.repository("acme/new")
    connector = KIND.connect(replace(settings(twin, API), files={"acme/new": (PATH,)}), OpenGate())
    kept = Kept()
    kept.read(connector)
    assert kept.records == {}
    twin.files.commit("acme/new", {PATH: V1})
    twin.files.tag("acme/new", "v1/rc")
    kept.read(connector)
    assert kept.texts() == {MAIN: V1, ("release", "v1/rc", PATH): V1}
    twin.server.log.clear()
    kept.read(connector)
    assert [entry.status for entry in twin.server.log] == [304, 304, 304, 304]


def test_a_release_whose_tag_is_not_there_stops_nothing(twin: GithubTwin) -> None:
    twin.around.release(API, "pay/v9")
    kept, connector = Kept(), connect(twin)
    kept.read(connector)
    assert set(kept.files()) == {MAIN}
    twin.files.tag(API, "pay/v9")
    kept.read(connector)
    assert kept.texts()["release", "pay/v9", PATH] == V1


def test_a_release_whose_tag_is_moved_later_is_read_anew_and_an_idle_pass_is_free_again(twin: GithubTwin) -> None:
    for tag in ("v1", "pay/v2"):
        twin.files.release(API, tag)
    kept, connector = Kept(), connect(twin)
    kept.read(connector)
    assert kept.files()["release", "v1", PATH]["revision"]["sha"] == twin.files.of(API).branches["main"]
    twin.files.commit(API, {PATH: V2})
    kept.read(connector)
    twin.files.tag(API, "v1")
    kept.read(connector)
    assert kept.texts() == {MAIN: V2, ("release", "v1", PATH): V2, ("release", "pay/v2", PATH): V1}
    asked(twin)
    assert [page.records for page in kept.read(connector)] == [()]
    assert {line.rsplit(" ", 1)[1] for line in asked(twin)} == {"304"}
    assert twin.server.log == []


def test_a_cursor_of_a_version_that_did_not_look_at_tags_learns_them(twin: GithubTwin) -> None:
    twin.files.release(API, "v1")
    kept, connector = Kept(), connect(twin)
    kept.read(connector)
    state = load(kept.cursor, (PATH,))
    state.releases = [entry for entry in state.releases if entry[0] == "releases"]
    state.held["release/v1"] = Held("v1", state.held["release/v1"].files)
    kept.cursor = state.dump()
    twin.files.commit(API, {PATH: V2})
    twin.files.tag(API, "v1")
    kept.read(connector)
    assert kept.texts()["release", "v1", PATH] == V2


def test_other_patterns_are_listed_anew_and_what_they_no_longer_name_goes(twin: GithubTwin) -> None:
    kept = Kept()
    kept.read(connect(twin))
    kept.read(connect(twin, "README.md"))
    assert kept.texts() == {("default", "", "README.md"): "hello"}
    assert len(kept.records) == 2


def test_a_token_that_may_not_read_files_is_told(twin: GithubTwin) -> None:
    twin.grants["narrow"] = Grant("ann", permissions={"metadata": "read", "pull_requests": "read"})
    connector = connect(twin, secret=lambda: "narrow")
    with pytest.raises(AuthFailed) as refused:
        Kept().read(connector)
    assert refused.value.scope == API
    twin.server.fail("/commits", status=404, body={"message": "Not Found"})
    with pytest.raises(AuthFailed, match="Contents: read"):
        Kept().read(connect(twin))
    twin.server.fail("acme/api", status=404, body={"message": "Not Found"}, times=0)
    (hidden,) = connect(twin).scopes(STREAM)
    assert isinstance(hidden, Unavailable)


def test_a_read_that_is_cut_off_goes_on_from_its_cursor(twin: GithubTwin) -> None:
    twin.files.propose(API, "Break it", {PATH: V2}, "work")
    kept, connector = Kept(), connect(twin)
    twin.server.fail("/pulls", status=500)
    with pytest.raises(Unavailable):
        kept.read(connector)
    assert kept.texts() == {MAIN: V1}
    asked(twin)
    kept.read(connector)
    assert len(kept.files()) == 2
    assert sum("/blobs/" in line for line in asked(twin)) == 1


def test_merge_requests_that_were_looked_at_are_not_looked_at_again_after_a_limit(twin: GithubTwin) -> None:
    for n in range(45):
        twin.files.propose(API, f"Pull {n}", {f"docs/{n}.md": "x"}, f"work-{n}")
    kept, connector = Kept(), connect(twin)
    twin.server.fail(
        "/pulls/44/files", status=403, headers={"Retry-After": "60"}, body={"message": "You have exceeded a secondary rate limit"}
    )
    with pytest.raises(RateLimited):
        kept.read(connector)
    asked(twin)
    kept.read(connector)
    assert sum("/files" in line for line in asked(twin)) <= 10


def test_each_record_can_be_read_by_itself_and_a_census_names_them_all(twin: GithubTwin) -> None:
    twin.files.release(API, "v1")
    twin.files.propose(API, "Break it", {PATH: V2}, "work")
    kept, connector = Kept(), connect(twin)
    kept.read(connector)
    for record in kept.records.values():
        assert connector.fetch_one(record.ref) == record
    assert {id for ids in connector.census(STREAM, scope(connector)) for id in ids} == set(kept.records)
