"""The files of contracts on GitLab: read by hash, revision by revision, and only where [contracts] names them."""

import re
from collections.abc import Callable, Iterator

import pytest

from connectors import contract_files
from connectors.gitlab import KIND
from syncd.contract import AuthFailed, Connector, Unavailable
from syncd.demo.gitlab_twin import GitlabTwin
from tests.connectors.contract_files_given import STREAM, V1, V2, V3, Kept, scope
from tests.connectors.gitlab_given import connecting, twin

WEB, PATH = "acme/web", "api/openapi.yaml"
MAIN = ("default", "", PATH)


@pytest.fixture
def lab() -> GitlabTwin:
    made = twin()
    made.project(WEB)
    made.files.commit(WEB, {PATH: V1, "README.md": "hello"})
    return made


@pytest.fixture
def connected() -> Iterator[Callable[..., Connector]]:
    with connecting() as connect:
        yield lambda lab, *patterns: connect(lab, projects=["acme/elsewhere"], files={WEB: patterns or (PATH,)})


def asked(lab: GitlabTwin) -> list[str]:
    """What was asked of the project since the last time: path below it, and status."""
    lines = [f"{re.sub(r'^GET /api/v4/projects/[^/?]*|[?].*', '', entry.line)} {entry.status}" for entry in lab.server.log]
    lab.server.log.clear()
    return lines


def test_nothing_is_asked_where_no_contract_names_the_connection(lab: GitlabTwin) -> None:
    with connecting() as connect:
        assert list(connect(lab, projects=[WEB]).scopes(STREAM)) == []
    assert lab.server.log == []
    assert KIND.streams[STREAM].optional


def test_default_branch_merge_requests_and_releases_are_read_and_an_idle_pass_is_free(
    lab: GitlabTwin, connected: Callable[..., Connector]
) -> None:
    lab.files.release(WEB, "v1")
    lab.files.release(WEB, "v2", upcoming=True)
    lab.files.commit(WEB, {PATH: V2})
    row = lab.files.propose(WEB, "Break it", {PATH: V3}, "work")
    lab.files.propose(WEB, "Other things", {"README.md": "bye"}, "docs")
    kept, connector = Kept(), connected(lab)
    pages = kept.read(connector)
    number = str(row["iid"])
    assert kept.texts() == {MAIN: V2, ("merge_request", number, PATH): V3, ("release", "v1", PATH): V1}
    record = kept.files()["merge_request", number, PATH]
    assert kept.text(record["base_text"]) == V2
    assert record["revision"]["id"] == row["id"]
    asked(lab)
    idle = kept.read(connector)
    assert [(page.records, page.deleted, page.cursor) for page in idle] == [((), (), pages[-1].cursor)]
    # Where notes are kept, the project itself is looked up once in a quarter of an hour.
    assert asked(lab) == [" 200", "/repository/commits 304", "/merge_requests 304", "/releases 304", "/repository/tags/v1 304"]


def test_a_content_that_is_stored_is_not_asked_for_again(lab: GitlabTwin, connected: Callable[..., Connector]) -> None:
    kept, connector = Kept(), connected(lab, "api/**")
    kept.read(connector)
    lab.files.commit(WEB, {"README.md": "more"})
    lab.files.commit(WEB, {"api/copy.yaml": V1})
    lab.files.release(WEB, "v1")
    asked(lab)
    kept.read(connector)
    assert kept.texts()["default", "", "api/copy.yaml"] == kept.texts()["release", "v1", PATH] == V1
    assert not [line for line in asked(lab) if "/blobs/" in line]


def test_a_merge_request_compares_with_where_it_began(lab: GitlabTwin, connected: Callable[..., Connector]) -> None:
    row = lab.files.propose(WEB, "Add", {PATH: V3}, "work")
    lab.files.commit(WEB, {PATH: V2})
    kept = Kept()
    kept.read(connected(lab))
    assert kept.text(kept.files()["merge_request", str(row["iid"]), PATH]["base_text"]) == V1


def test_a_force_push_replaces_what_the_branch_held_and_closing_takes_it_away(
    lab: GitlabTwin, connected: Callable[..., Connector]
) -> None:
    begin = lab.files.of(WEB).branches["main"]
    row = lab.files.propose(WEB, "Break it", {PATH: V2}, "work")
    kept, connector = Kept(), connected(lab)
    kept.read(connector)
    lab.files.commit(WEB, {PATH: V3}, "work", onto=begin)
    kept.read(connector)
    assert kept.texts()["merge_request", str(row["iid"]), PATH] == V3
    assert V2 not in [record.data.get("text") for record in kept.records.values()]
    lab.edit(row, state="merged")
    kept.read(connector)
    assert set(kept.files()) == {MAIN}
    assert len(kept.records) == 2


def test_a_merge_request_that_was_deleted_takes_its_records_along_and_one_that_hides_does_not(
    lab: GitlabTwin, connected: Callable[..., Connector]
) -> None:
    row = lab.files.propose(WEB, "Break it", {PATH: V2}, "work")
    kept, connector = Kept(), connected(lab)
    kept.read(connector)
    lab.delete(row)
    lab.server.fail("/merge_requests/", status=500)
    with pytest.raises(Unavailable):
        kept.read(connector)
    assert len(kept.files()) == 2
    kept.read(connector)
    assert set(kept.files()) == {MAIN}


def test_a_renamed_and_a_deleted_file(lab: GitlabTwin, connected: Callable[..., Connector]) -> None:
    moved = lab.files.propose(WEB, "Move", {PATH: None, "spec/v2.yaml": V1 + "# moved\n"}, "move")
    dropped = lab.files.propose(WEB, "Drop", {PATH: None}, "drop")
    kept, connector = Kept(), connected(lab)
    kept.read(connector)
    row = kept.files()["merge_request", str(moved["iid"]), PATH]
    assert row["now_at"] == "spec/v2.yaml"
    assert kept.text(row["text"]) == V1 + "# moved\n"
    row = kept.files()["merge_request", str(dropped["iid"]), PATH]
    assert (row["blob"], row["text"], row["now_at"]) == (None, None, None)
    lab.files.has_diffs = False  # a version before 15.7
    again = Kept()
    again.read(connector)
    assert again.files()["merge_request", str(moved["iid"]), PATH]["now_at"] is None


def test_a_file_that_is_too_large_is_named_with_the_reason(
    lab: GitlabTwin, connected: Callable[..., Connector], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(contract_files, "LARGEST", 1000)
    lab.files.commit(WEB, {PATH: V1 + "#" * 2000})
    kept, connector = Kept(), connected(lab)
    kept.read(connector)
    assert "more than" in kept.files()[MAIN]["left_out"]
    asked(lab)
    lab.files.release(WEB, "v1")
    kept.read(connector)
    assert not [line for line in asked(lab) if "/blobs/" in line]
    monkeypatch.setattr("connectors.http.LARGEST_BODY", 5000)
    lab.files.commit(WEB, {PATH: V1 + "#" * 9000})
    kept.read(connector)
    assert kept.files()[MAIN]["left_out"].startswith("it has more than")
    assert [record.data["type"] for record in kept.records.values()] == ["file", "file"]


def test_a_binary_file_is_kept_as_base64(lab: GitlabTwin, connected: Callable[..., Connector]) -> None:
    lab.files.commit(WEB, {PATH: b"\x00\xff binary"})
    kept = Kept()
    kept.read(connected(lab))
    assert kept.texts()[MAIN] == "AP8gYmluYXJ5"


def test_a_content_that_is_not_found_is_no_content_that_is_gone(lab: GitlabTwin, connected: Callable[..., Connector]) -> None:
    kept, connector = Kept(), connected(lab)
    kept.read(connector)
    lab.files.commit(WEB, {PATH: V2})
    lab.server.fail("/blobs/", status=404, body={"message": "404 Blob Not Found"})
    with pytest.raises(Unavailable):
        kept.read(connector)
    assert kept.texts() == {MAIN: V1}
    lab.server.fail("/repository/tree", status=404, body={"message": "404 Project Not Found"}, times=0)
    with pytest.raises(Unavailable):
        kept.read(connector)
    assert kept.texts() == {MAIN: V1}
    lab.server.faults.clear()
    kept.read(connector)
    assert kept.texts() == {MAIN: V2}


def test_long_folders_and_lists_are_followed_to_their_end(lab: GitlabTwin, connected: Callable[..., Connector]) -> None:
    lab.files.commit(WEB, {f"proto/a{n}.proto": f"message A{n} {{}}" for n in range(230)} | {"proto/v1/z.proto": "message Z {}"})
    for n in range(101):
        lab.merge_request(WEB, f"Change {n}", sha=lab.files.of(WEB).branches["main"])
    row = lab.files.propose(WEB, "Break it", {"proto/v1/z.proto": "message Y {}"}, "work")
    kept, connector = Kept(), connected(lab, "proto/**/z*.proto", PATH, "nowhere/*.yaml")
    kept.read(connector)
    z = "proto/v1/z.proto"
    assert set(kept.files()) == {MAIN, ("default", "", z), ("merge_request", str(row["iid"]), z)}
    first = next(iter(lab.merge_requests.values()))
    asked(lab)
    lab.edit(first, state="closed")
    kept.read(connector)
    assert ("merge_request", str(row["iid"]), z) in kept.files()


def test_a_merge_request_whose_commit_is_not_there_yet_stops_nothing_and_is_looked_at_again(
    lab: GitlabTwin, connected: Callable[..., Connector]
) -> None:
    row = lab.merge_request(WEB, "Just made")
    other = lab.files.propose(WEB, "Break it", {PATH: V2}, "work")
    kept, connector = Kept(), connected(lab)
    kept.read(connector)
    assert set(kept.files()) == {MAIN, ("merge_request", str(other["iid"]), PATH)}
    row["sha"] = lab.files.commit(WEB, {PATH: V3}, row["source_branch"])
    kept.read(connector)
    assert kept.texts()["merge_request", str(row["iid"]), PATH] == V3


def test_an_empty_project_has_no_files_and_tags_stand_for_releases(lab: GitlabTwin) -> None:
    lab.project("acme/new")
    with connecting() as connect:
        connector, kept = connect(lab, projects=[WEB], files={"acme/new": (PATH,)}), Kept()
        kept.read(connector)
        assert kept.records == {}
        lab.files.commit("acme/new", {PATH: V1})
        lab.files.tag("acme/new", "v1/rc")
        kept.read(connector)
        assert kept.texts() == {MAIN: V1, ("release", "v1/rc", PATH): V1}


def test_a_release_whose_tag_is_moved_later_is_read_anew_and_an_idle_pass_is_free_again(
    lab: GitlabTwin, connected: Callable[..., Connector]
) -> None:
    for tag in ("v1", "pay/v2"):
        lab.files.release(WEB, tag)
    kept, connector = Kept(), connected(lab)
    kept.read(connector)
    lab.files.commit(WEB, {PATH: V2})
    kept.read(connector)
    lab.files.tag(WEB, "v1")
    kept.read(connector)
    assert kept.texts() == {MAIN: V2, ("release", "v1", PATH): V2, ("release", "pay/v2", PATH): V1}
    asked(lab)
    assert [page.records for page in kept.read(connector)] == [()]
    assert {line.rsplit(" ", 1)[1] for line in asked(lab)[1:]} == {"304"}
    del lab.files.of(WEB).tags["v1"]
    kept.read(connector)
    assert kept.texts()["release", "v1", PATH] == V1, "the release keeps the commit with which it was made"


def test_a_project_that_hides_its_files_is_told_and_one_without_any_is_not(
    lab: GitlabTwin, connected: Callable[..., Connector]
) -> None:
    connector = connected(lab)
    scope(connector)
    lab.server.fail("/repository/", status=403, body={"message": "403 Forbidden"}, times=0)
    with pytest.raises(AuthFailed) as refused:
        Kept().read(connector)
    assert refused.value.scope == WEB
    lab.project(WEB)["repository_access_level"] = "disabled"
    assert [page.unsupported for page in Kept().read(connector)] == [True]
    lab.server.faults.clear()
    lab.server.fail("/projects/", status=404, body={"message": "404 Project Not Found"}, times=0)
    with connecting() as connect:
        (hidden,) = connect(lab, projects=[WEB], files={WEB: (PATH,)}).scopes(STREAM)
    assert isinstance(hidden, Unavailable)


def test_each_record_can_be_read_by_itself_and_a_census_names_them_all(
    lab: GitlabTwin, connected: Callable[..., Connector]
) -> None:
    lab.files.release(WEB, "v1")
    lab.files.propose(WEB, "Break it", {PATH: V2}, "work")
    kept, connector = Kept(), connected(lab)
    kept.read(connector)
    for record in kept.records.values():
        assert connector.fetch_one(record.ref) == record
    assert {id for ids in connector.census(STREAM, scope(connector)) for id in ids} == set(kept.records)
