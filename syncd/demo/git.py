"""A Git repository as the twins of GitHub and GitLab hold one: branches, tags, commits and the files of each."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

Content = Mapping[str, bytes]
Written = Mapping[str, str | bytes | None]
"""Path -> what is written there; None deletes it."""


@dataclass
class Git:
    """Branches and tags by name, commits by hash: (parent, files, time)."""

    branches: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    commits: dict[str, tuple[str | None, Content, str]] = field(default_factory=dict)

    def commit(self, files: Written, branch: str, at: str, onto: str | None = None) -> str:
        """Commit to a branch; its new head. One that is not there begins at main; `onto` is another commit to begin at (a force-push)."""
        parent = onto or self.branches.get(branch) or self.branches.get("main")
        now = dict(self.commits[parent][1]) if parent else {}
        now |= {path: text.encode() if isinstance(text, str) else text for path, text in files.items() if text is not None}
        left = {path: text for path, text in now.items() if files.get(path, "") is not None}
        sha = hashlib.sha1(f"{len(self.commits)} {parent} {branch} {sorted(left.items())}".encode()).hexdigest()
        self.commits[sha] = (parent, left, at)
        self.branches[branch] = sha
        return sha

    def sha(self, name: str) -> str | None:
        """The commit that a branch, a tag or a hash names."""
        found = self.branches.get(name) or self.tags.get(name) or name
        return found if found in self.commits else None

    def files(self, name: str) -> Content | None:
        """The files at a commit, branch or tag."""
        sha = self.sha(name)
        return self.commits[sha][1] if sha else None

    def before(self, sha: str) -> Iterator[str]:
        """The commit and those before it, the latest first."""
        at: str | None = sha
        while at is not None and at in self.commits:
            yield at
            at = self.commits[at][0]

    def merge_base(self, one: str, other: str) -> str | None:
        """The latest commit that both come from."""
        behind = set(self.before(one))
        return next((sha for sha in self.before(other) if sha in behind), None)

    def blob(self, sha: str) -> bytes | None:
        """A content by its hash."""
        every = (text for _, files, _ in self.commits.values() for text in files.values())
        return next((text for text in every if blob_sha(text) == sha), None)


def blob_sha(content: bytes) -> str:
    """As Git names a blob."""
    return hashlib.sha1(b"blob %d\0%s" % (len(content), content)).hexdigest()


def tree_sha(files: Content) -> str:
    """A name for a folder that follows from all that is in it."""
    return hashlib.sha1("\n".join(f"{path} {blob_sha(files[path])}" for path in sorted(files)).encode()).hexdigest()


def folders(files: Content) -> list[str]:
    """The paths of all folders, in order."""
    return sorted({path[:at] for path in files for at, sign in enumerate(path) if sign == "/"})


def inside(files: Content, folder: str) -> Content:
    """The files below a folder, by their paths in it."""
    return {path[len(folder) + 1 :]: text for path, text in files.items() if path.startswith(f"{folder}/")} if folder else files


def changes(before: Content, now: Content) -> Iterator[tuple[str | None, str | None]]:
    """(old path, new path) of what differs; one of them None for what was added or removed. A file that was removed and added elsewhere as
    it was, or with the same beginning, was renamed: Git's own rule is half of the content."""
    removed = {path: text for path, text in before.items() if path not in now}
    for path in sorted(now):
        if before.get(path) == now[path]:
            continue
        alike = (old for old, text in removed.items() if path not in before and text[:10] == now[path][:10])
        old = path if path in before else next(alike, None)
        removed.pop(old or "", None)
        yield old, path
    yield from ((path, None) for path in removed)
