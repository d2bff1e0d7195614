"""`[people]`: who is who, checked with everything else."""

import pytest

from syncd.config import load
from syncd.model.people import Entry
from syncd.model.problem import Problems
from tests.config.made_up import Folder

PLAT = '[connections.plat]\nkind = "memory"\n'


def test_accounts_of_a_person_are_texts_numbers_or_lists_and_a_dump_tells_none_of_it(folder: Folder) -> None:
    folder.file.write_text(f'{PLAT}[people."Ada Lovelace"]\nplat = ["5b10", 7]\nemail = "ada@acme.example"\n')
    config = load(folder.file, {})
    assert config.people == (Entry("Ada Lovelace", {"plat": ("5b10", "7")}, ("ada@acme.example",)),)
    assert config.redacted()["people"] == 1
    assert "ada@acme.example" not in str(config)


def test_what_is_wrong_is_said_with_key_and_cure(folder: Folder) -> None:
    folder.file.write_text(f'{PLAT}[people."Ada"]\nplt = "1"\nemail = "ada"\nplat = ""\n')
    with pytest.raises(Problems) as caught:
        load(folder.file, {})
    told = [str(problem) for problem in caught.value.problems]
    assert ["plt" in told[0], "Did you mean plat?" in told[0]] == [True, True]
    assert any("is no e-mail address" in line for line in told)
    assert any("must be an id or a login" in line for line in told)


def test_a_variable_of_the_environment_may_name_an_account(folder: Folder) -> None:
    folder.file.write_text(f"{PLAT}[people.Ada]\n")
    assert load(folder.file, {"SYNCD_PEOPLE__Ada__plat": "5b10"}).people == (Entry("Ada", {"plat": ("5b10",)}),)
