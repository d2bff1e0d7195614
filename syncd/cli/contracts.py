"""`syncd contracts`: what changed between two revisions of an API description, and the rules that say so; no configuration is needed."""

import gc
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from syncd.cli.contracts_list import changelog, contracts_list
from syncd.cli.frame import DEFAULT_CONFIG, GOOD, TROUBLE, USAGE, AsJson, ConfigFile, command, print_json, usage

if TYPE_CHECKING:
    from syncd.contracts.change import Change, Verdict

TOLD = (
    "API contracts: what changed, and what it breaks. Without a command: those that are watched, who relies on them, and what is about to "
    "break them."
)
cli = typer.Typer(name="contracts", help=TOLD, invoke_without_command=True)

KINDS = ("openapi", "asyncapi", "jsonschema", "graphql", "protobuf")


@cli.callback()
@command
def group(context: typer.Context, config: ConfigFile = DEFAULT_CONFIG, json: AsJson = False) -> None:
    """What is watched, unless a command follows."""
    sources = {name: context.get_parameter_source(name) for name in ("config", "json")}
    given = [name for name, source in sources.items() if source is not None and source.name == "COMMANDLINE"]
    if context.invoked_subcommand is None:
        from syncd.cli.contracts_overview import show  # the other commands do without the store

        show(config, json=json)
    elif given:
        usage(f"--{given[0]} belongs behind {context.invoked_subcommand}.")


@cli.command(
    "diff",
    epilog="Exit codes: 0 nothing that breaks; 1 a breaking change (with --fail-on risky: or a risk); 2 no verdict at all.",
)
@command
def compare(
    old: Annotated[Path, typer.Argument(help="The old revision: a file, or a folder of contracts.")],
    new: Annotated[Path, typer.Argument(help="The new revision, of the same sort.")],
    json: AsJson = False,
    kind: Annotated[str, typer.Option(help=f"One of {', '.join(KINDS)}. Found by content where it is left out.")] = "",
    fail_on: Annotated[
        str, typer.Option(help="breaking, or risky: then what is risky or could not be judged fails too.")
    ] = "breaking",
    format: Annotated[str, typer.Option(help="text, json or markdown.")] = "text",
    direction: Annotated[str, typer.Option(help="Who writes documents of a JSON Schema: request, response, or both.")] = "both",
    engine: Annotated[
        str, typer.Option(help="syncd; oasdiff, 1.15 or later on the PATH; buf, by the extra of that name.")
    ] = "syncd",
) -> None:
    """What changed from OLD to NEW, worst first, and whom it breaks. What cannot be judged is said so and counts as a risk."""
    _one_of("--kind", kind, ("", *KINDS))
    _one_of("--fail-on", fail_on, ("breaking", "risky"))
    _one_of("--format", format, ("text", "json", "markdown"))
    _one_of("--direction", direction, ("request", "response", "both"))
    _one_of("--engine", engine, ("syncd", "oasdiff", "buf"))
    verdict = _judged(old, new, kind, direction, engine)
    if json or format == "json":
        print_json(as_json(verdict))
    else:
        from syncd.cli.contracts_text import markdown, text

        typer.echo(markdown(verdict) if format == "markdown" else text(verdict))
    raise typer.Exit(exit_code(verdict, fail_on))


@cli.command("rules")
@command
def rules(json: AsJson = False) -> None:
    """Every rule: its id, how bad a change of it is, on which side, and what it means."""
    from syncd.contracts.rules import RULES

    listed = sorted(RULES.values(), key=lambda rule: rule.id)
    if json:
        print_json([{"rule": r.id, "level": r.level, "direction": r.direction, "text": r.sentence} for r in listed])
    else:
        wide = max(len(rule.id) for rule in listed)
        typer.echo("\n".join(f"{rule.id:{wide}}  {rule.level:10}  {rule.sentence}" for rule in listed))


def _one_of(option: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        usage(f"{option} is {value!r}; it can be {', '.join(filter(None, known))}.")


def _judged(old: Path, new: Path, kind: str, direction: str, engine: str) -> "Verdict":
    for path in (old, new):
        if not path.exists():
            usage(f"{path} does not exist: give two files, or two folders.")
    if old.is_dir() != new.is_dir():
        usage(f"{old if old.is_dir() else new} is a folder and the other is not: give two files, or two folders.")
    if engine == "oasdiff":
        return _by_oasdiff(old, new)
    if engine == "buf":
        return _by_buf(old, new)
    gc.disable()  # the process ends with the verdict: looking for garbage meanwhile takes a third of the time
    from syncd.contracts.engine import diff
    from syncd.run.contract_files import Folder, revision_of

    if old.is_dir():
        from syncd.contracts.several import diff_trees

        return diff_trees(Folder(old), Folder(new), kind or None).whole  # type: ignore[arg-type]
    was, now = revision_of(old), revision_of(new)
    return diff(was, now, kind or None, direction=direction)  # type: ignore[arg-type]


def _by_oasdiff(old: Path, new: Path) -> "Verdict":
    from syncd.run.oasdiff import diff, find

    binary = find()
    if binary is None:
        usage("oasdiff 1.15 or later is not on the PATH: install it, or leave --engine out.")
    if old.is_dir():
        usage("oasdiff compares files: give two files, or leave --engine out.")
    return diff(binary, old, new)


def _by_buf(old: Path, new: Path) -> "Verdict":
    from syncd.run.buf import find, judge
    from syncd.run.contract_files import Folder, revision_of

    program = find()
    if program is None:
        usage('buf is not installed: pip install "syncd[buf]", or leave --engine out.')
    if old.is_dir():
        from syncd.contracts.several import protos_of

        return judge(protos_of(Folder(old)), protos_of(Folder(new)), program)
    return judge(revision_of(old), revision_of(new), program)


def as_json(verdict: "Verdict") -> dict[str, Any]:
    """Stable keys."""
    return {
        "level": verdict.level,
        "judged": verdict.judged,
        "reason": verdict.reason,
        "changes": [_change(change) for change in verdict.changes],
    }


def _change(change: "Change") -> dict[str, Any]:
    keys = ("rule", "level", "direction", "place", "operation", "old", "new", "text", "engine", "fingerprint")
    return {key: getattr(change, key) for key in keys}


def exit_code(verdict: "Verdict", fail_on: str) -> int:
    """2 where there is no verdict at all; a place that could not be judged is a risk."""
    if not verdict.judged:
        return USAGE
    bad = {"breaking"} if fail_on == "breaking" else {"breaking", "risky", "unknown"}
    return TROUBLE if any(change.level in bad for change in verdict.changes) else GOOD


cli.command("list")(command(contracts_list))
cli.command("changelog")(command(changelog))
