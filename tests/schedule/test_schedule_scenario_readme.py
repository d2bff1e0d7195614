"""The scenario that the README shows can be read."""

import re
import tomllib
from dataclasses import replace
from pathlib import Path

from syncd.model.rows import Row
from syncd.model.teams import Member, Team
from syncd.schedule.scenario_document import SECTIONS, read_scenario
from tests.model_builders import item, link, milestone, snapshot

README = Path(__file__).parents[2] / "syncd/schedule/README.md"


def test_the_scenario_of_the_readme_is_one_and_names_every_section() -> None:
    (text,) = re.findall(r"```toml\n(name = .*?)```", README.read_text("utf-8"), re.DOTALL)
    document = tomllib.loads(text)
    assert set(document) == {"name", *SECTIONS}
    rows: list[Row] = [
        milestone("PAY-1"),
        milestone("PAY-9"),
        *(item(f"PAY-{n}", of="PAY-1") for n in (2, 3, 7, 8)),
        link("PAY-2", "PAY-3"),
    ]
    people = (Member(person="Ada Lovelace"), Member(person="Bo Chen"))
    _, problems = read_scenario(document, replace(snapshot(*rows), teams=(Team(name="payments", members=people),)), "s.toml")
    assert not problems
