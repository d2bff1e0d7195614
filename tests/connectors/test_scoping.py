"""Names, globs and exclusions of what to read."""

from connectors.scoping import Wanted, is_glob, twice

FOUND = ["acme/api", "acme/web", "acme/legacy-web", "other/api"]


def test_globs_and_exclusions() -> None:
    wanted = Wanted("repositories", ("ACME/*", "other/api"), ("acme/legacy-*",))
    assert list(wanted.matching(FOUND)) == ["acme/api", "acme/web"]
    assert wanted.exact == ("other/api",)
    assert list(wanted.unmatched(FOUND)) == []


def test_a_star_goes_through_subgroups() -> None:
    assert list(Wanted("projects", ("acme/*",)).matching(["acme/shop/web", "acmeister/web"])) == ["acme/shop/web"]


def test_a_pattern_that_matches_nothing_is_told_with_its_cure() -> None:
    (error,) = Wanted("repositories", ("acme/foo-*",)).unmatched(FOUND)
    assert (
        error.text
        == "repositories: 'acme/foo-*' matches nothing (none of 4 that the account sees fits). Correct it, or take it out"
    )
    assert error.scope == "acme/foo-*"


def test_a_pattern_whose_matches_are_all_excluded_is_told_so() -> None:
    (error,) = Wanted("repositories", ("acme/legacy-*",), ("*legacy*",)).unmatched(FOUND)
    assert "everything that it matches is excluded" in error.text


def test_names_are_exact_once_whatever_their_case() -> None:
    assert Wanted("projects", ("PAY", "pay", "PLAT")).exact == ("PAY", "PLAT")
    assert is_glob("P*")
    assert not is_glob("PAY")


def test_what_is_named_twice() -> None:
    assert twice("acme/api", "organisations", "repositories").text == (
        "acme/api is named twice, by organisations and by repositories; it is read once"
    )
