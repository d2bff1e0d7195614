"""What one repository of the GitHub twin holds."""

from dataclasses import dataclass, field

from syncd.demo.github_records import Row


@dataclass
class Repository:
    """What one repository holds, by number. Issues and pull requests share numbers; each pull request has an issue row, too."""

    row: Row
    milestones: dict[int, Row] = field(default_factory=dict)
    last_milestone: int = 0
    issues: dict[int, Row] = field(default_factory=dict)
    pulls: dict[int, Row] = field(default_factory=dict)
    comments: dict[int, list[Row]] = field(default_factory=dict)
    deleted: set[int] = field(default_factory=set)
    moved: dict[int, tuple[int, int]] = field(default_factory=dict)
    labels: dict[str, Row] = field(default_factory=dict)
    reviews: dict[int, list[Row]] = field(default_factory=dict)
    environments: dict[str, Row] = field(default_factory=dict)
    deployments: list[Row] = field(default_factory=list)
    deployment_statuses: dict[int, list[Row]] = field(default_factory=dict)
    releases: list[Row] = field(default_factory=list)
    check_runs: list[Row] = field(default_factory=list)
    statuses: list[Row] = field(default_factory=list)
    roles: dict[str, str] = field(default_factory=dict)
    associations: dict[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """ "owner/name"."""
        return str(self.row["full_name"])

    def free(self) -> int:
        """The next number of an issue or pull request."""
        return max({0, *self.issues, *self.deleted, *self.moved}) + 1

    def knows(self, sha: str) -> bool:
        """Whether it has the commit: the head of a pull request."""
        return any(row["head"]["sha"] == sha for row in self.pulls.values())
