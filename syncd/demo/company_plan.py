"""Who works on what in the simulated company: teams, and the pieces of work of a milestone in the order in which people do them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

TEAMS = {
    "Storefront": ("Mira Lindqvist", "Jonas Weber", "Aiko Tanaka", "Paulo Reis"),
    "Payments": ("Samira Haddad", "Tomasz Nowak", "Grace Okafor", "Emil Berg"),
    "Mobile": ("Lena Fischer", "Ravi Menon", "Chloe Martin", "Oskar Lund"),
    "Platform": ("Noah Adeyemi", "Ingrid Solberg", "Mateo Cruz", "Hana Kim"),
}
"""Four teams; the first of each leads it."""

OWNS = {
    "Storefront": ("SHOP", "acme/storefront"),
    "Payments": ("PAY", "acme/payments-api"),
    "Mobile": ("MOB", "acme/mobile-app"),
    "Platform": ("acme/platform/*",),
}
"""The projects and repositories of each."""

PHASES = ("Design", "Build", "Test", "Document", "Roll out")
_TOOK = (1, 0.7, 1.5, 1, 2.4, 0.8, 1.3)
"""What finished work took in multiples of its estimate: people are mostly a little wrong, and now and then by far."""
_IN_WORK = 3
_UNDATED = 4


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of work. Days are counted as in `Days`; `days` is its estimate and `took` what it really took, or seems to; `due` None:
    nobody gave it a date."""

    title: str
    state: Literal["done", "doing", "todo"]
    who: str
    created: int
    ended: int
    due: int | None
    days: int
    took: int

    @property
    def started(self) -> int:
        """When work on it began, or begins."""
        return self.ended - self.took


def handle(name: str) -> str:
    """The account of a person on GitHub and GitLab."""
    return name.lower().replace(" ", "-")


def mail(name: str) -> str:
    """The e-mail address of a person."""
    return f"{name.lower().replace(' ', '.')}@acme.example"


def pieces(team: str, subjects: Sequence[str], *, begun: int, finish: int, phases: Sequence[str] = PHASES) -> tuple[Piece, ...]:
    """The work of one milestone, phase by phase, spread evenly between two days: done, in work, and still to do."""
    titles = [f"{phase} {subject}" for phase in phases for subject in subjects]
    return tuple(_spread(titles, TEAMS[team], begun, finish))


def _spread(titles: Sequence[str], people: Sequence[str], begun: int, finish: int) -> Iterator[Piece]:
    in_work = 0
    for n, title in enumerate(titles):
        days, who, created = 1 + n % 3, people[n % len(people)], begun - 5 + n % 4
        ended = begun + (n + 1) * (finish - begun) // len(titles)
        if ended < -1:
            yield Piece(title, "done", who, created, ended, ended, days, max(1, round(days * _TOOK[n % len(_TOOK)])))
        elif in_work < _IN_WORK:
            in_work += 1
            yield Piece(title, "doing", who, created, ended, min(finish, max(ended, 2) + in_work), days, days)
        else:
            due = None if n % _UNDATED == 0 else min(finish, max(ended, 6))
            yield Piece(title, "todo", who, created, ended, due, days, days)
