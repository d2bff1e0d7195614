"""A project that is renamed within a group that is read: every record goes by its new name once one of them was read under it."""

from tests.run.run_given import Company


def test_a_renamed_project_takes_the_keys_of_untouched_records_along(firm: Company) -> None:
    firm.only("web")
    web = firm.sections["connections.web"]
    firm.sections["connections.web"] = {k: v for k, v in web.items() if k != "projects"} | {"groups": ["acme"]}
    late = next(m for m in firm.gitlab.milestones.values() if m["title"] == "Web")
    quiet = firm.gitlab.issue("acme/web", "Footer", milestone=late, due_date="2026-05-20")
    assert firm.once().code == 0
    assert {"web acme/web#1", "web acme/web#2", "web acme/shop#1"} <= firm.export("item").keys()

    firm.hand.go(minutes=5)
    firm.gitlab.move_project("acme/web", "acme/site")
    firm.gitlab.project("acme/web")
    firm.gitlab.issue("acme/web", "Of another project that took the name")
    touched = next(i for i in firm.gitlab.issues.values() if i["title"] == "New front page")
    firm.gitlab.edit(touched, title="Newer front page")
    with firm.watched() as requests:
        ran = firm.once()
    assert (ran.code, ran.problems) == (0, [])
    assert not any(str(quiet["iid"]) == entry.line.split("?")[0].rpartition("/")[2] for entry in requests), "nothing is asked"
    items = firm.export("item")
    assert items["web acme/site#2"]["title"] == "Footer"
    assert items["web acme/site#2"]["ref"]["url"].endswith("/acme/site/-/issues/2")
    assert items["web acme/site#1"]["title"] == "Newer front page"
    assert items["web acme/web#1"]["title"] == "Of another project that took the name"
    assert "web acme/web#2" not in items
    assert firm.once().json["connections"]["web"]["streams"]["issues"]["changed"] == 0
