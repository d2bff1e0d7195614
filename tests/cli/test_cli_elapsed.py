"""A lag in elapsed time from a label in Jira to what people and programs read."""

from pathlib import Path

import pytest

from tests.run.run_given import company

PAGE = Path(__file__).resolve().parents[2] / "mappings" / "README.md"


def test_a_label_becomes_a_lag_that_runs_through_the_weekend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The contract is signed on Friday the 8th; three days later, on Tuesday, the API can begin, and the epic ends on Wednesday."""
    lines = PAGE.read_text("utf-8").split("## A lag that is kept as a label")[1].split("```toml\n")[1].split("```")[0]
    with company(tmp_path, monkeypatch) as acme:
        acme.only("plat")
        acme.sections["connections.plat"]["mapping"] = acme.mapping("./mine.toml", lines)
        acme.jira.project("PLAT")
        acme.jira.project("PAY")
        acme.jira.issue("PLAT", "Checkout", type="Epic", duedate="2026-05-11")
        acme.jira.issue("PLAT", "Contract", duedate="2026-05-08", labels=["lag:9w"])
        acme.jira.issue("PLAT", "API", parent="PLAT-1", timeoriginalestimate=57_600, labels=["x", "lag:3ed"])
        acme.jira.link("PLAT-2", "PLAT-3")
        assert acme.once().code == 0
        (row,) = acme.syncd("export", "--kind", "dependency").json
        assert (row["lag"], row["lag_in"]) == (4320, "elapsed")
        shown = acme.syncd("schedule", "show", "PLAT-1").out.splitlines()
        (line,) = (line.split() for line in shown if line.startswith("PLAT-3"))
        assert line[2:5] + line[-4:] == ["2026-05-12", "2026-05-13", "2026-05-11", "PLAT-2", "+3", "ed", "*"]
        second = acme.syncd("schedule", "show", "PLAT-1", "--json").json["work"][1]
        assert (second["start"], second["finish"], second["lag_minutes"], second["lag_in"]) == (
            "2026-05-12", "2026-05-13", 4320, "elapsed",
        )  # fmt: skip
        told = "\n".join(acme.on_jira("PLAT-1"))
        assert " needs 2 working days estimated after a lag of 3 elapsed days (weekends count), ends Wed 13 May." in told
