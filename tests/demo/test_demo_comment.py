"""A comment on a terminal reads as its reader sees it at the vendor."""

from syncd.cli.demo_comment import difference, shown


def test_wiki_markup_becomes_style_and_links_their_words() -> None:
    text = shown("h4. Drift\n*Pay \\*now\\!*\nWhy: [PAY-1|https://x.example/PAY-1] ends \\-> late.")
    assert text.plain == "Drift\nPay *now!\nWhy: PAY-1 ends -> late."
    assert any("link https://x.example/PAY-1" in str(span.style) for span in text.spans)


def test_markdown_becomes_style_and_code_stays_as_it_is_written() -> None:
    text = shown("### Blocked\n**`a <b>*x*</b>` waits for [`acme/api#1`](https://x.example/1)**  \n``two ` ticks`` \\[no\\_\\]")
    assert text.plain == "Blocked\na <b>*x*</b> waits for acme/api#1\ntwo ` ticks [no_]"


def test_only_the_lines_that_differ_are_shown_old_before_new() -> None:
    found = [(sign, line.plain) for sign, line in difference("*a*\nsame\nb", "*c*\nsame\nb")]
    assert found == [("-", "a"), ("+", "c")]
