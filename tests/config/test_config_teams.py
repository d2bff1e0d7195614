"""`[work]` and `[teams]`: weeks are inherited, and what is wrong is told with key and cure."""

from datetime import date, time

import pytest

from syncd.config import load
from syncd.model.problem import Problems
from syncd.model.teams import Hours, Member
from tests.config.made_up import Folder

PLAT = '[connections.plat]\nkind = "memory"\n'


def told(folder: Folder, text: str) -> list[str]:
    folder.file.write_text(PLAT + text)
    with pytest.raises(Problems) as caught:
        load(folder.file, {})
    return [str(problem) for problem in caught.value.problems]


def test_a_member_inherits_the_week_of_the_team_and_a_team_that_of_everybody(folder: Folder) -> None:
    folder.file.write_text(
        PLAT
        + """
        [work]
        hours_per_day = 7.5
        day_starts = "08:30"
        region = "DE-BE"
        days_off = [2026-12-24]
        focus = 0.7
        [teams.pay]
        zone = "Europe/London"
        region = "GB-SCT"
        days_off = [2026-12-31]
        owns = ["PAY"]
        [[teams.pay.members]]
        person = "Ada"
        weekdays = [1, 2]
        skills = ["kafka"]
        [[teams.pay.members]]
        person = "Bo"
        share = 0.5
        region = ""
        """
    )
    config = load(folder.file, {})
    assert config.work.focus == 0.7
    (pay,) = config.teams
    assert pay.hours == Hours(
        minutes=(450,) * 5 + (0, 0),
        starts=time(8, 30),
        region="GB-SCT",
        days_off=frozenset({date(2026, 12, 24), date(2026, 12, 31)}),
        zone="Europe/London",
    )
    ada, bo = pay.members
    assert ada.hours is not None
    assert bo.hours is not None
    assert ada.hours.minutes == (450, 450, 0, 0, 0, 0, 0)
    assert (ada.skills, ada.hours.region, bo.hours.region, bo.share) == (("kafka",), "GB-SCT", "", 0.5)


def test_a_team_without_members_is_fine_here(folder: Folder) -> None:
    folder.file.write_text(f"{PLAT}[teams.pay]\nshared = true\n")
    (pay,) = load(folder.file, {}).teams
    assert (pay.members, pay.shared) == ((), True)


def test_a_member_needs_no_more_than_a_name(folder: Folder) -> None:
    folder.file.write_text(f'{PLAT}[[teams.pay.members]]\nperson = "Ada"\n')
    (pay,) = load(folder.file, {}).teams
    assert pay.members == (Member(person="Ada", hours=Hours()),)


@pytest.mark.parametrize(
    ("text", "key", "words"),
    [
        ("[work]\nweekdays = [0, 1]", "work.weekdays", "from 1 (Monday) to 7 (Sunday)"),
        ("[work]\nweekdays = []", "work.weekdays", "at least one"),
        ("[work]\nhours_per_day = 0", "work.hours_per_day", "greater than 0"),
        ("[work]\nhours_per_day = 25", "work.hours_per_day", "24"),
        ('[work]\nday_starts = "9"', "work.day_starts", "no time of the day"),
        ('[work]\nzone = "Mars/Base"', "work.zone", "there is no time zone 'Mars/Base'"),
        ('[work]\nregion = "DE-BX"', "work.region", "DE has no region 'BX': did you mean"),
        ('[work]\nregion = "Germany"', "work.region", "there is no country 'GERMANY'"),
        ("[work]\nfocus = 1.5", "work.focus", "1"),
        ('[teams.pay]\nregion = "XQ"', "teams.pay.region", "there is no country 'XQ'"),
        ("[teams.pay]\ndays_off = [1]", "teams.pay.days_off", "date"),
        ('[[teams.pay.members]]\nperson = ""', "teams.pay.members", "is empty"),
        ('[[teams.pay.members]]\nperson = "Ada"\nshare = 0', "teams.pay.members", "greater than 0"),
        ('[[teams.pay.members]]\nperson = "Ada"\nskill = "kafka"', "teams.pay.members", "skills"),
        (
            '[[teams.pay.members]]\nperson = "Ada"\nsince = 2026-06-01\nuntil = 2026-05-31',
            "members",
            "earlier than since (2026-06-01)",
        ),
        ("[teams]\npay = 3", "teams.pay", "must be a table"),
    ],
)
def test_what_is_wrong_is_told_with_key_and_cure(folder: Folder, text: str, key: str, words: str) -> None:
    problems = told(folder, text)
    assert any(key in problem and words in problem for problem in problems), problems
