"""What every connector promises, as one test class. A connector signs it with an empty subclass and a fixture `world`."""

import gc
import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from syncd.contract import (
    AuthFailed,
    Connector,
    Gone,
    Kind,
    Misconfigured,
    RateLimited,
    Refused,
    Settings,
    SyncError,
    TlsAndProxy,
    Unavailable,
)
from syncd.demo.twin import TwinServer
from syncd.model.action import Action
from syncd.model.marker import marker
from syncd.model.raw import RawRecord, Scope
from syncd.model.ref import Ref

NOW = datetime(2026, 5, 5, 7, 0, tzinfo=UTC)
SECRET = "s3cret-canary-4711"


@dataclass
class OpenGate:
    """A gate that never waits and counts what passes."""

    asked: int = 0
    writes: int = 0

    def before(self, *, cost: int = 1, write: bool = False) -> None:
        self.asked += cost
        self.writes += write

    def after(self, status: int, headers: Mapping[str, str]) -> None:
        pass


@dataclass(kw_only=True)
class World:
    """One vendor twin as the contract sees it. `settings.secret` gives SECRET; the twin accepts it and nothing else.

    `ids()` gives, per stream, the ids that the configured scopes hold at the moment. At least one stream holds more than 250
    records. `add`, `edit` and `remove` are things a person does at the vendor (each gives the ref concerned; `remove` only where deletions are
    reported). `scopes_missing` gives settings that name one more project which does not exist. `comments(target)` gives (id, author
    is us, body) of each comment there; `comment_as(target, body, ours)` writes one by hand; `uncomment` deletes one.
    `list_line` and `write_line` are regular expressions of the request lines that list the main stream and that write a comment.
    `pages_before`: how many of the former pass before a fault is met: 0 where one answer holds everything. `odd`: a character that
    few expect and that titles can have there; XML has no NUL.
    """

    kind: Kind
    server: TwinServer
    settings: Settings
    main: str
    ids: Callable[[], Mapping[str, set[str]]]
    add: Callable[[], Ref]
    edit: Callable[[], Ref]
    list_line: str
    projects: int = 1
    remove: Callable[[], Ref] | None = None
    settings_with_missing: Settings | None = None
    target: Ref | None = None
    write_line: str = r"^(POST|PUT|PATCH) "
    comments: Callable[[Ref], list[tuple[str, bool, str]]] | None = None
    comment_as: Callable[[Ref, str, bool], str] | None = None
    uncomment: Callable[[Ref, str], None] | None = None
    page_size: int = 100
    extra_requests: int = 0
    pages_before: int = 1
    odd: str = "\x00"
    gate: OpenGate = field(default_factory=OpenGate)
    made: list[Connector] = field(default_factory=list)

    def connect(self, **changes: Any) -> Connector:
        """A new connector, as a worker thread would make one."""
        self.made.append(self.kind.connect(replace(self.settings, **changes), self.gate))
        return self.made[-1]


def scopes(connector: Connector, stream: str) -> list[Scope]:
    """The scopes of a stream, none of which may be an error."""
    found = list(connector.scopes(stream))
    assert not [s for s in found if isinstance(s, SyncError)], found
    return [s for s in found if isinstance(s, Scope)]


def read(
    connector: Connector, stream: str, cursors: dict[str, str] | None = None
) -> tuple[dict[str, RawRecord], set[str], dict[str, str]]:
    """A stream read over all scopes from the cursors given: records by id, reported deletions, and the cursors to go on from."""
    records: dict[str, RawRecord] = {}
    deleted: set[str] = set()
    after = dict(cursors or {})
    for scope in scopes(connector, stream):
        complete = False
        for page in connector.fetch(stream, scope, after.get(scope.id)):
            records |= {record.ref.id: record for record in page.records}
            deleted |= set(page.deleted)
            if page.cursor is not None:
                after[scope.id] = page.cursor
            complete = page.complete
        assert complete, f"the last page of {stream} in {scope.name} does not say that the scope was seen"
        assert after.get(scope.id), f"{stream} in {scope.name} gives no cursor to go on from"
    return records, deleted, after


def action(world: World, body: str = "hello", remote_id: str | None = None, key: str = "abc123") -> Action:
    assert world.target is not None
    text = f"{marker(key, world.kind.limits.markup)}\n{body}"
    return Action(verb="comment", target=world.target, project="", key=key, body=text, digest=body, remote_id=remote_id)


class WritingContract:
    """What a stream that takes comments promises. Subclass it beside a fixture `world`, whose `target` is a record of that stream."""

    @pytest.fixture(autouse=True)
    def _sockets_are_let_go(self, world: World) -> Iterator[None]:
        yield
        for connector in world.made:
            connector.close()

    @pytest.fixture
    def connector(self, world: World) -> Connector:
        return world.connect()

    @pytest.fixture
    def target(self, world: World) -> Ref:
        if world.target is None:
            assert not any("comment" in stream.takes for stream in world.kind.streams.values())
            pytest.skip("this connector writes no comments")
        return world.target

    def bodies(self, world: World, target: Ref) -> list[tuple[str, bool, str]]:
        assert world.comments is not None
        return world.comments(target)

    def test_a_comment_is_created_found_and_edited_in_place(self, world: World, connector: Connector, target: Ref) -> None:
        before = self.bodies(world, target)
        assert connector.find(target, "abc123") is None
        receipt = connector.deliver(action(world, "first"))
        assert receipt.created
        assert connector.find(target, "abc123") == receipt.remote_id
        again = connector.deliver(action(world, "second", remote_id=receipt.remote_id))
        assert (again.remote_id, again.created) == (receipt.remote_id, False)
        after = [entry for entry in self.bodies(world, target) if entry not in before]
        assert len(after) == 1
        assert "second" in after[0][2]

    def test_two_keys_are_two_comments(self, world: World, connector: Connector, target: Ref) -> None:
        one = connector.deliver(action(world, "one", key="aaa1"))
        two = connector.deliver(action(world, "two", key="bbb2"))
        assert connector.find(target, "aaa1") == one.remote_id != two.remote_id == connector.find(target, "bbb2")

    def test_our_marker_counts_only_in_our_own_comment(self, world: World, connector: Connector, target: Ref) -> None:
        assert world.comment_as is not None
        world.comment_as(target, f"quoting {marker('abc123', world.kind.limits.markup)}", False)
        assert connector.find(target, "abc123") is None

    def test_a_marker_is_found_among_many_comments(self, world: World, connector: Connector, target: Ref) -> None:
        assert world.comment_as is not None
        receipt = connector.deliver(action(world))
        for n in range(230):
            world.comment_as(target, f"chatter {n}", False)
        assert connector.find(target, "abc123") == receipt.remote_id

    def test_a_deleted_comment_is_gone_and_not_an_error(self, world: World, connector: Connector, target: Ref) -> None:
        assert world.uncomment is not None
        receipt = connector.deliver(action(world))
        world.uncomment(target, receipt.remote_id)
        with pytest.raises(Gone) as caught:
            connector.deliver(action(world, remote_id=receipt.remote_id))
        assert caught.value.kind == "deleted"
        assert connector.find(target, "abc123") is None

    @pytest.mark.parametrize(
        "fault",
        [
            {"status": 502, "body": {}},
            {"status": 503, "headers": {"Retry-After": "0"}, "body": {}},
            {"how": "reset"},
            {"how": "answer", "status": 200, "body": "<html>"},
        ],
        ids=["502", "503", "reset", "html"],
    )
    def test_a_write_whose_answer_is_lost_is_sent_once_and_can_be_found(
        self, world: World, connector: Connector, target: Ref, fault: dict[str, Any]
    ) -> None:
        world.server.fail(world.write_line, times=0, after_commit=True, **fault)
        world.server.log.clear()
        with pytest.raises(Unavailable):
            connector.deliver(action(world))
        assert len([entry for entry in world.server.log if entry.write]) == 1
        world.server.faults.clear()
        assert connector.find(target, "abc123") is not None

    @pytest.mark.parametrize(
        ("status", "expected"),
        [
            (400, Refused),
            (422, Refused),
            (413, Refused),
            (403, AuthFailed),
            (401, AuthFailed),
            (429, RateLimited),
            (404, Unavailable),
        ],
    )
    def test_a_refused_write_says_what_to_do_next(
        self, world: World, connector: Connector, target: Ref, status: int, expected: type[SyncError]
    ) -> None:
        world.server.fail(world.write_line, status=status, body={"message": "no"}, times=0)
        with pytest.raises(expected) as caught:
            connector.deliver(action(world))
        assert target.key
        assert target.key in caught.value.text
        assert "\n" not in caught.value.text

    def test_an_error_while_looking_for_the_marker_is_not_an_absence(
        self, world: World, connector: Connector, target: Ref
    ) -> None:
        connector.deliver(action(world))
        assert connector.find(target, "abc123"), "from now on it is known who we are, so that only the look can fail"
        world.server.fail("^GET ", status=500, body={}, times=0)
        with pytest.raises(Unavailable):
            connector.find(target, "abc123")

    def test_a_write_has_a_deadline(self, world: World, target: Ref) -> None:
        world.server.fail(world.write_line, how="slow", delay_s=1.5)
        connector = world.connect(timeout_s=0.3)
        with pytest.raises(Unavailable):
            connector.deliver(action(world))


class ConnectorContract(WritingContract):
    """Subclass it beside a fixture `world` that gives a `World` around a running twin."""

    # --- who and where ---------------------------------------------------------------------------------------------------

    def test_says_who_it_is(self, connector: Connector) -> None:
        assert connector.check().id

    def test_a_wrong_token_turns_the_connection_off_and_is_never_shown(self, world: World) -> None:
        if not world.kind.needs_secret:
            pytest.skip("this kind has no secret")
        connector = world.connect(secret=lambda: "wrong-" + SECRET)
        with pytest.raises(AuthFailed) as caught:
            connector.check()
        assert caught.value.scope is None
        assert SECRET not in repr(caught.value)
        assert "\n" not in caught.value.text

    def test_a_project_that_does_not_exist_is_reported_and_the_others_follow(self, world: World) -> None:
        if world.settings_with_missing is None:
            pytest.skip("this kind has one fixed scope")
        missing = world.settings_with_missing
        connector = world.connect(**{name: getattr(missing, name) for name in ("options", "user", "secret")})
        found = list(connector.scopes(world.main))
        good = {s.id for s in found if isinstance(s, Scope)}
        assert good >= {s.id for s in scopes(world.connect(), world.main)}
        bad = [s for s in found if isinstance(s, SyncError)]
        extra = [s for s in found if isinstance(s, Scope) and s.id not in {s.id for s in scopes(world.connect(), world.main)}]
        if not bad:  # a vendor that tells only when the scope is read
            assert len(extra) == 1
            with pytest.raises((Unavailable, AuthFailed, Misconfigured)) as caught:
                list(connector.fetch(world.main, extra[0], None))
            assert caught.value.scope is not None
        else:
            assert len(bad) == 1
            assert bad[0].scope is not None

    # --- reading ---------------------------------------------------------------------------------------------------------

    def test_a_full_read_finds_every_record_of_every_stream(self, world: World, connector: Connector) -> None:
        for stream, ids in world.ids().items():
            records, _, _ = read(connector, stream)
            assert set(records) == ids, stream

    def test_records_are_raw_and_carry_identity(self, world: World, connector: Connector) -> None:
        for stream in world.ids():
            for id, record in read(connector, stream)[0].items():
                assert record.ref == Ref(world.settings.connection, stream, id)
                assert record.ref.key
                assert record.data
                assert record.scope.name

    def test_a_full_read_costs_no_request_per_record(self, world: World, connector: Connector) -> None:
        all_scopes = {stream: len(scopes(connector, stream)) for stream in world.ids()}
        world.server.log.clear()
        connector = world.connect()
        items = {stream: len(read(connector, stream)[0]) for stream in world.ids()}
        pages = sum(math.ceil(n / world.page_size) for n in items.values())
        allowed = 1.1 * pages + 3 * sum(all_scopes.values()) + world.extra_requests
        assert len(world.server.log) <= allowed, [entry.line for entry in world.server.log]

    def test_an_answer_goes_when_it_was_read(self, world: World, connector: Connector) -> None:
        gc.collect()
        gc.disable()  # what is held in a ring would wait for it: a page of records each
        try:
            for stream in world.ids():
                read(connector, stream)
            held = [one for one in gc.get_objects() if isinstance(one, requests.Response)]
            assert len(held) <= 2, f"{len(held)} answers of {len(world.server.log)}"
        finally:
            gc.enable()

    def test_a_second_read_is_short_and_finds_nothing_deleted(self, world: World, connector: Connector) -> None:
        for stream in world.ids():
            _, _, cursors = read(connector, stream)
            known = scopes(connector, stream)
            world.server.log.clear()
            for scope in known:
                pages = list(connector.fetch(stream, scope, cursors[scope.id]))
                assert pages[-1].complete
                assert not [id for page in pages for id in page.deleted]
            assert len(world.server.log) <= 2 * len(known), [entry.line for entry in world.server.log]

    def test_edits_and_additions_show_up_from_the_cursor(self, world: World, connector: Connector) -> None:
        _, _, cursors = read(connector, world.main)
        edited, added = world.edit(), world.add()
        records, _, _ = read(connector, world.main, cursors)
        assert {edited.id, added.id} <= set(records)
        whole, _, _ = read(connector, world.main)
        assert records[edited.id].data == whole[edited.id].data

    def test_a_reported_deletion_is_reported(self, world: World, connector: Connector) -> None:
        if world.remove is None:
            assert world.kind.streams[world.main].deletions != "reported"
            pytest.skip("this vendor reports no deletions")
        _, _, cursors = read(connector, world.main)
        ref = world.remove()
        records, deleted, _ = read(connector, world.main, cursors)
        assert ref.id in deleted
        assert ref.id not in records

    def test_a_read_that_is_cut_off_goes_on_from_its_cursor(self, world: World, connector: Connector) -> None:
        found: set[str] = set()
        for scope in scopes(connector, world.main):
            first = next(iter(connector.fetch(world.main, scope, None)))
            found |= {record.ref.id for record in first.records}
            for page in world.connect().fetch(world.main, scope, first.cursor):
                found |= {record.ref.id for record in page.records}
        assert found == world.ids()[world.main]

    def test_one_record_can_be_read_by_itself(self, world: World, connector: Connector) -> None:
        records, _, _ = read(connector, world.main)
        record = records[sorted(records)[0]]
        assert connector.fetch_one(record.ref).ref == record.ref

    def test_a_record_that_answers_404_is_not_gone(self, world: World, connector: Connector) -> None:
        records, _, _ = read(connector, world.main)
        ref = records[sorted(records)[0]].ref
        world.server.fail(".", status=404, body={"message": "Not Found"}, times=0)
        with pytest.raises(Unavailable):
            connector.fetch_one(ref)

    def test_a_census_names_every_id(self, world: World, connector: Connector) -> None:
        found = {id for s in scopes(connector, world.main) for ids in connector.census(world.main, s) for id in ids}
        assert found == world.ids()[world.main]

    # --- what goes wrong -------------------------------------------------------------------------------------------------

    FAULTS: Mapping[str, tuple[dict[str, Any], type[SyncError]]] = {
        "401": ({"status": 401, "body": {"message": "Bad credentials"}}, AuthFailed),
        "403": ({"status": 403, "body": {"message": "Forbidden"}}, AuthFailed),
        "404": ({"status": 404, "body": {"message": "Not Found"}}, Unavailable),
        "429 with Retry-After": ({"status": 429, "headers": {"Retry-After": "17"}, "body": {}}, RateLimited),
        "429 without": ({"status": 429, "body": {}}, RateLimited),
        "500": ({"status": 500, "body": {"message": "oops"}}, Unavailable),
        "503 with Retry-After": ({"status": 503, "headers": {"Retry-After": "1"}, "body": "<html>down</html>"}, Unavailable),
        "reset": ({"how": "reset"}, Unavailable),
        "truncated": ({"how": "truncate"}, Unavailable),
        "html": ({"status": 200, "body": "<html>please log in</html>"}, Unavailable),
        "null": ({"status": 200, "body": b"null"}, Unavailable),
        "a string": ({"status": 200, "body": b'"hello"', "headers": {"Content-Type": "application/json"}}, Unavailable),
        "slow": ({"how": "slow", "delay_s": 1.5}, Unavailable),
    }

    @pytest.mark.parametrize("fault", FAULTS)
    def test_a_fault_on_the_second_page_is_one_of_the_six_and_never_an_end(
        self, world: World, connector: Connector, fault: str
    ) -> None:
        how, expected = self.FAULTS[fault]
        scope = self._largest(world, connector)
        reader = world.connect(timeout_s=0.5) if fault == "slow" else connector
        world.server.fail(world.list_line, skip=world.pages_before, times=0, **how)
        pages = []
        with pytest.raises(expected) as caught:
            for page in reader.fetch(world.main, scope, None):
                pages.append(page)
        assert not any(page.complete for page in pages)
        assert caught.value.text
        assert "\n" not in caught.value.text
        assert SECRET not in caught.value.text
        if fault == "401":
            assert caught.value.scope is None
        if isinstance(caught.value, RateLimited):
            wait = caught.value.until - NOW
            assert wait == timedelta(seconds=17) if "with " in fault else wait >= timedelta(seconds=15)

    @classmethod
    def _largest(cls, world: World, connector: Connector) -> Scope:
        """The scope of the main stream with the most records. Worlds of one class are alike, so that it is looked for once."""
        found = {scope.id: scope for scope in scopes(connector, world.main)}
        if cls._large not in found:
            sizes = {id: sum(map(len, connector.census(world.main, scope))) for id, scope in found.items()}
            cls._large = max(sizes, key=lambda id: sizes[id])
        return found[cls._large]

    _large = ""

    def test_a_limit_met_while_looking_for_the_scopes_is_the_whole_connections(self, world: World) -> None:
        connector = world.connect()
        world.server.fail(".*", status=429, headers={"Retry-After": "17"}, body={}, times=0)
        with suppress(RateLimited):
            assert not any(isinstance(scope, SyncError) for scope in connector.scopes(world.main))

    def test_a_read_is_never_sent_twice_by_the_library(self, world: World) -> None:
        connector = world.connect()
        scope = scopes(connector, world.main)[0]
        world.server.fail(world.list_line, status=503, headers={"Retry-After": "0"}, body={}, times=0)
        world.server.log.clear()
        with pytest.raises(SyncError):
            list(connector.fetch(world.main, scope, None))
        assert len(world.server.requests(world.list_line)) == 1

    def test_odd_characters_arrive_as_they_are(self, world: World, connector: Connector) -> None:
        """The worlds hold one record of the main stream whose title has a NUL, an emoji and a right-to-left mark."""
        records, _, _ = read(connector, world.main)
        assert any(world.odd in str(value) for record in records.values() for value in _texts(record.data))

    def test_everything_passes_the_gate(self, world: World, connector: Connector) -> None:
        world.gate.asked = 0
        world.server.log.clear()
        read(connector, world.main)
        assert world.gate.asked == len(world.server.log) > 0

    def test_everything_goes_through_the_proxy(self, world: World, forward_proxy: tuple[str, list[str]]) -> None:
        proxy, seen = forward_proxy
        connector = world.connect(transport=TlsAndProxy(proxy=proxy))
        world.server.log.clear()
        connector.check()
        read(connector, world.main)
        assert len(seen) == len(world.server.log) > 0
        direct = world.connect(transport=TlsAndProxy(proxy=proxy, no_proxy=("127.0.0.1",)))
        seen.clear()
        direct.check()
        assert not seen

    def test_the_environments_proxy_is_not_consulted(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, "http://127.0.0.1:9")
        assert world.connect().check().id


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner)
