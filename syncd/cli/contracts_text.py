"""A verdict on two revisions of a contract as text and as Markdown: by operation, worst first."""

from collections.abc import Iterator

from syncd.cli.frame import one_line
from syncd.contracts.change import LEVELS, Change, Verdict

_WORDS = {"breaking": "BREAKING", "unknown": "UNKNOWN", "risky": "RISKY", "compatible": "ok"}


def text(verdict: Verdict) -> str:
    """Lines for a terminal."""
    lines = [head(verdict)]
    for operation, changes in _grouped(verdict):
        lines.append("")
        lines.append(one_line(operation) or "In all of it")
        lines.extend(f"  {_WORDS[change.level]:9} {one_line(change.text)} [{change.rule}]" for change in changes)
    return "\n".join(lines)


def markdown(verdict: Verdict) -> str:
    """A section for a comment: what a contract's author wrote is quoted as code."""
    lines = [f"**{head(verdict)}**"]
    for operation, changes in _grouped(verdict):
        lines += ["", f"#### {code(operation) if operation else 'In all of it'}", ""]
        lines.extend(f"- **{change.level}** {code(change.text)} ({change.rule})" for change in changes)
    return "\n".join(lines)


def code(value: str) -> str:
    """Text as code: longer fences than any run of backticks in it."""
    line = one_line(value)
    fence = "`"
    while fence in line:
        fence += "`"
    return f"{fence} {line} {fence}" if "`" in line else f"`{line}`"


def head(verdict: Verdict) -> str:
    if not verdict.judged:
        return f"Could not judge: {one_line(verdict.reason)}"
    if not verdict.changes:
        return "No change."
    counts = [(level, sum(change.level == level for change in verdict.changes)) for level in LEVELS]
    names = {"unknown": "could not be judged"}
    told = ", ".join(f"{count} {names.get(level, level)}" for level, count in counts if count)
    risky = any(change.level == "unknown" for change in verdict.changes)
    return f"{told}.{' What could not be judged counts as risky.' if risky else ''}"


def _grouped(verdict: Verdict) -> Iterator[tuple[str, list[Change]]]:
    """By operation, in the order of the worst change of each."""
    groups: dict[str, list[Change]] = {}
    for change in verdict.changes:
        groups.setdefault(change.operation, []).append(change)
    yield from groups.items()
