"""The pure core stays pure: what import-linter cannot see (built-ins, keywords, clocks) is read from the syntax trees."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PURE = ("contract", "model", "mapping", "schedule", "contracts", "detect", "decide")
WORLD_CALLS = {"open", "__import__", "print", "input", "eval", "exec", "compile", "breakpoint"}
WORLD_MODULES = {
    "asyncio", "concurrent", "ctypes", "glob", "importlib", "io", "logging", "multiprocessing", "os", "pathlib", "random",
    "requests", "secrets", "shutil", "signal", "socket", "sqlite3", "ssl", "subprocess", "sys", "tempfile", "threading", "time",
    "urllib3", "uuid", "warnings",
}  # fmt: skip
CLOCKS = {"now", "utcnow", "today"}
ALLOWED = {"syncd/model/record.py": ["exec()"]}
"""Writes out a function for each kind of value, as `dataclass` itself does."""
KEYWORDS = (ast.AsyncFunctionDef, ast.AsyncFor, ast.AsyncWith, ast.Await, ast.Global)


def impurities(source: str) -> Iterator[str]:
    """What touches the world in a module's source: "line: what"."""
    for node in ast.walk(ast.parse(source)):
        what = _impurity(node)
        if what:
            yield f"{getattr(node, 'lineno', 0)}: {what}"


def _impurity(node: ast.AST) -> str | None:
    match node:
        case ast.Import(names=names) if any(_is_of_the_world(n.name) for n in names):
            return ast.unparse(node)
        case ast.ImportFrom(module=str(module)) if _is_of_the_world(module):
            return ast.unparse(node)
        case ast.Call(func=ast.Name(id=name)) if name in WORLD_CALLS:
            return f"{name}()"
        case ast.Call(func=ast.Attribute(value=ast.Name(id="datetime" | "date" | "dt"), attr=name)) if name in CLOCKS:
            return ast.unparse(node)
        case ast.Call(func=ast.Attribute(value=ast.Attribute(value=ast.Name(id="datetime")), attr=name)) if name in CLOCKS:
            return ast.unparse(node)
    return type(node).__name__ if isinstance(node, KEYWORDS) else None


def _is_of_the_world(module: str) -> bool:
    return module.partition(".")[0] in WORLD_MODULES or module.startswith("urllib.request")


def modules(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


@pytest.mark.parametrize("path", modules(*(f"syncd/{name}" for name in PURE)), ids=lambda p: str(p.relative_to(ROOT)))
def test_a_pure_module_touches_nothing_of_the_world(path: Path) -> None:
    found = [what.partition(": ")[2] for what in impurities(path.read_text("utf-8"))]
    assert found == ALLOWED.get(str(path.relative_to(ROOT).as_posix()), [])


@pytest.mark.parametrize(
    "source",
    [
        "import os",
        "from time import sleep",
        "import urllib3.util",
        "from urllib.request import urlopen",
        "x = open('f')",
        "print(1)",
        "y = datetime.now()",
        "y = datetime.datetime.now(tz)",
        "y = date.today()",
        "async def f(): pass",
        "def f():\n    global g",
        "def f():\n    import logging",
    ],
)
def test_the_check_itself_notices(source: str) -> None:
    assert len(list(impurities(source))) == 1


@pytest.mark.parametrize("path", modules("syncd", "connectors"), ids=lambda p: str(p.relative_to(ROOT)))
def test_every_module_says_in_one_sentence_what_it_is(path: Path) -> None:
    docstring = ast.get_docstring(ast.parse(path.read_text("utf-8")))
    assert docstring, f"{path.relative_to(ROOT)} starts without a docstring"
    is_pure = path.relative_to(ROOT / "syncd").parts[0] in PURE if path.is_relative_to(ROOT / "syncd") else False
    if is_pure and "contract" not in path.parts:
        assert docstring.startswith("Pure."), f"{path.relative_to(ROOT)} is of the pure core: its docstring starts with 'Pure.'"


@pytest.mark.parametrize("path", modules("connectors"), ids=lambda p: str(p.relative_to(ROOT)))
def test_a_connector_knows_only_the_contract_and_the_model(path: Path) -> None:
    """Stricter than the contracts of import-linter: anything of syncd that is added later is out of bounds, too."""
    names = {
        name
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        for name in ([n.name for n in node.names] if isinstance(node, ast.Import) else [getattr(node, "module", None) or ""])
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    ours = {name for name in names if name.partition(".")[0] == "syncd"}
    assert {name for name in ours if not name.startswith(("syncd.contract", "syncd.model"))} == set()
