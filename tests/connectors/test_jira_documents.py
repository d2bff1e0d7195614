"""Our comments as documents, where a site takes no texts: they say the same, and we find them again."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.jira.document import document
from syncd.contract import Gone, Refused, Unavailable
from syncd.decide.markup import WIKI
from syncd.demo.jira_twin import JiraTwin
from syncd.model.action import Action
from syncd.model.marker import marker
from syncd.model.ref import Ref
from tests.connectors.jira_given import Clock
from tests.connectors.jira_streams_given import connect, lines, pages, records, ref, serving

COMMENT = f"""h4. Drift

*[PLAT-1|https://acme.atlassian.net/browse/PLAT-1] Pay by link is 7 working days late.*
Due: 1 June 2026, open work ends 10 June 2026.
Drives it: [acme/api#12|https://github.com/acme/api/issues/12] Rate \\*limits\\* \\[v2\\]
– 3 \\* 5 days

*Resolved: nothing is open here.*

{marker("k1", "wiki")}"""


def text(node: dict[str, Any]) -> str:
    """What a person reads of a document."""
    if node["type"] == "hardBreak":
        return "\n"
    inner = "".join(text(child) for child in node.get("content", ()))
    return str(node.get("text", "")) + inner + ("\n\n" if node["type"] in ("paragraph", "heading") else "")


def test_a_comment_as_a_document() -> None:
    made = document(COMMENT)
    link = {"type": "link", "attrs": {"href": "https://acme.atlassian.net/browse/PLAT-1"}}
    strong = {"type": "strong"}
    assert made["content"][0] == {
        "type": "heading",
        "attrs": {"level": 4},
        "content": [{"type": "text", "text": "Drift"}],
    }
    first = made["content"][1]["content"]
    assert first[:3] == [
        {"type": "text", "text": "PLAT-1", "marks": [link, strong]},
        {"type": "text", "text": " Pay by link is 7 working days late.", "marks": [strong]},
        {"type": "hardBreak"},
    ]
    assert text(made) == (
        "Drift\n\n"
        "PLAT-1 Pay by link is 7 working days late.\n"
        "Due: 1 June 2026, open work ends 10 June 2026.\n"
        "Drives it: acme/api#12 Rate *limits* [v2]\n"
        "– 3 * 5 days\n\n"
        "Resolved: nothing is open here.\n\n"
    )
    assert (made["type"], made["version"]) == ("doc", 1)


@given(st.text(min_size=1, max_size=60).filter(lambda said: said.split()))
def test_what_a_vendor_wrote_is_shown_and_never_markup(said: str) -> None:
    made = document(f"Quote: {WIKI.theirs(said)}")
    assert {node["type"] for node in made["content"]} == {"paragraph"}
    assert not [node for node in made["content"][0]["content"] if node.get("marks")]


@given(st.text(alphabet="ab *_[]{}|~^!@-\\", min_size=1, max_size=30).filter(str.strip))
def test_our_own_words_are_shown_as_they_are(said: str) -> None:
    if "\\" not in said:
        assert text(document(f"x{WIKI.own(said)}x")) == f"x{said}x\n\n"


def test_a_lone_star_is_a_star() -> None:
    (paragraph,) = document("5 * 3")["content"]
    assert paragraph["content"] == [{"type": "text", "text": "5 * 3"}]


@pytest.fixture
def cloud() -> Iterator[JiraTwin]:
    for twin in serving("cloud", Clock(), "PLAT"):
        twin.issue("PLAT", "Checkout")
        yield twin


def comment(target: Ref, body: str = COMMENT, remote_id: str | None = None) -> Action:
    return Action(verb="comment", target=target, project="PLAT", key="k1", body=body, digest="d", remote_id=remote_id)


REFUSALS: dict[str, dict[str, Any]] = {
    "wants a document": {},
    "404": {"status": 404, "body": {"errorMessages": ["no"]}},
    "410": {"status": 410, "body": {"errorMessages": ["The requested API has been removed."]}},
}


@pytest.fixture(params=REFUSALS)
def texts_refused(request: pytest.FixtureRequest, cloud: JiraTwin) -> JiraTwin:
    """A site where version 2 takes no comments, or no texts."""
    fault = REFUSALS[request.param]
    if fault:
        cloud.server.fail(r"/rest/api/2/issue/\d+/comment", times=0, **fault)
    else:
        cloud.texts = False
    return cloud


def test_a_comment_is_written_found_and_edited_as_a_document(texts_refused: JiraTwin) -> None:
    target = ref(texts_refused, "PLAT-1")
    assert connect(texts_refused).find(target, "k1") is None
    receipt = connect(texts_refused).deliver(comment(target))
    (written,) = texts_refused.comments("PLAT-1")
    assert written["body"] == document(COMMENT)
    assert "syncd-k1" not in str(written["body"])
    connector = connect(texts_refused)
    assert connector.find(target, "k1") == receipt.remote_id
    assert connector.find(target, "k2") is None
    again = connector.deliver(comment(target, "*Resolved*", receipt.remote_id))
    assert (again.remote_id, again.created) == (receipt.remote_id, False)
    (edited,) = texts_refused.comments("PLAT-1")
    assert text(edited["body"]) == "Resolved\n\n"


def test_once_it_is_known_documents_are_sent_at_once(texts_refused: JiraTwin) -> None:
    connector = connect(texts_refused)
    receipt = connector.deliver(comment(ref(texts_refused, "PLAT-1")))
    before = len(texts_refused.server.log)
    connector.deliver(comment(ref(texts_refused, "PLAT-1"), "again", receipt.remote_id))
    assert len(texts_refused.server.log) - before == 1


def test_a_deleted_document_is_gone_and_not_an_error(texts_refused: JiraTwin) -> None:
    target, connector = ref(texts_refused, "PLAT-1"), connect(texts_refused)
    receipt = connector.deliver(comment(target))
    texts_refused.uncomment("PLAT-1", receipt.remote_id)
    with pytest.raises(Gone):
        connect(texts_refused).deliver(comment(target, "again", receipt.remote_id))


def test_customers_of_a_service_desk_see_neither_texts_nor_documents(texts_refused: JiraTwin) -> None:
    texts_refused.project("HELP", type="service_desk")
    texts_refused.issue("HELP", "My printer")
    texts_refused.comment("HELP-1", "Have you tried another cable?")
    connector = connect(texts_refused, "HELP")
    receipt = connector.deliver(comment(ref(texts_refused, "HELP-1")))
    connector.deliver(comment(ref(texts_refused, "HELP-1"), "worse", receipt.remote_id))
    assert texts_refused.customers_see("HELP-1") == ["Have you tried another cable?"]
    assert len(texts_refused.comments("HELP-1")) == 2


def test_an_issue_that_is_hidden_is_no_reason_for_documents(cloud: JiraTwin) -> None:
    target, connector = ref(cloud, "PLAT-1"), connect(cloud)
    cloud.delete("PLAT-1")
    with pytest.raises(Unavailable, match="PLAT-1"):
        connector.deliver(comment(target))
    cloud.issue("PLAT", "Another")
    connector.deliver(comment(ref(cloud, "PLAT-2")))
    assert isinstance(cloud.comments("PLAT-2")[0]["body"], str)


def test_a_text_that_is_refused_for_another_reason_is_not_sent_again(cloud: JiraTwin) -> None:
    with pytest.raises(Refused, match="too long"):
        connect(cloud).deliver(comment(ref(cloud, "PLAT-1"), "x" * 40_000))
    assert not lines(cloud, "^POST /rest/api/3/")


def test_data_center_is_never_asked_for_version_3() -> None:
    for server in serving("server", Clock(), "PLAT"):
        server.issue("PLAT", "Checkout")
        server.server.fail("^POST .*/comment", status=404, body={}, times=0)
        with pytest.raises(Unavailable):
            connect(server).deliver(comment(ref(server, "PLAT-1")))
        assert not lines(server, "/rest/api/3/")


def test_a_site_without_version_2_is_read_and_written_over_version_3(cloud: JiraTwin) -> None:
    cloud.version("PLAT", "2.1")
    cloud.worklogs.put_down("PLAT-1", 30)
    cloud.edit("PLAT-1", description="Pay by link")
    cloud.server.fail("/rest/api/2/", status=410, body={"errorMessages": ["The requested API has been removed."]}, times=0)
    connector = connect(cloud)
    assert connector.check().name == "syncd bot"
    for stream in ("projects", "versions", "issues", "worklogs"):
        assert len(records(pages(connector, stream))) == 1
    target = ref(cloud, "PLAT-1")
    assert connector.find(target, "k1") is None
    assert connector.deliver(comment(target)).created
    label = Action(verb="label", target=target, project="PLAT", key="k", body="", digest="d", extra={"add": ["late"]})
    connector.deliver(label)
    assert cloud.held("PLAT-1")["fields"]["labels"] == ["late"]
    before = len(cloud.server.log)
    connector.deliver(label)
    assert len(cloud.server.log) - before == 1, "what is gone is not asked for again and again"
