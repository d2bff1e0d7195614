"""Reviews: those of the pull requests that changed, as each review touches its pull request."""

from collections.abc import Iterator
from dataclasses import dataclass

from connectors.github.cursor import Position
from connectors.github.history import Recent
from connectors.github.newest import Step
from connectors.github.wire import PER_PAGE, Row


@dataclass(frozen=True, slots=True)
class Reviews:
    """The reviews behind a list of pull requests; one request each, and more where one has more than a hundred."""

    pulls: Recent

    def steps(self, at: Position) -> Iterator[Step]:
        """All reviews of each pull request that changed since the position."""
        for pulls, after, done in self.pulls.steps(at):
            yield tuple(review for pull in pulls for review in self._of(pull)), after, done

    def _of(self, pull: Row) -> Iterator[Row]:
        client, name = self.pulls.listing.client, self.pulls.listing.scope.name
        what, path = f"reading reviews of {name}#{pull.get('number')}", f"/repos/{name}/pulls/{pull.get('number')}/reviews"
        for page in client.walk(path, what=what, scope=name, query={"per_page": str(PER_PAGE)}):
            yield from page.rows
