"""The SHA-256 of what Python code says, whatever its comments and layout: what an approval binds of a project's own code."""

from __future__ import annotations

import ast
import hashlib
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.machinery import FileFinder, ModuleSpec, SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any


def syntax_sha256(source: bytes) -> str:
    """Give the SHA-256 of a module's syntax tree: comments, blank lines and where lines break do not count, texts do.

    Written by hand and not by `ast.dump`, which newer Pythons write otherwise; what is empty is left out, so that a new
    kind of node in a newer Python changes nothing in code that has none. Bytes that are no Python count as they are.

    >>> syntax_sha256(b"x = (1 +  2)  # three") == syntax_sha256(b"x = 1 + 2"), syntax_sha256(b"x = 3") == syntax_sha256(b"x = 1 + 2")
    (True, False)
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError):
        return hashlib.sha256(source).hexdigest()
    return hashlib.sha256("\n".join(_words(tree)).encode("utf-8", "surrogatepass")).hexdigest()


def _words(node: object) -> Iterator[str]:
    """Give a tree as words; each opening has its end, so that two trees never give one list."""
    if isinstance(node, ast.AST):
        yield f"({type(node).__name__}"
        for name, inner in ast.iter_fields(node):
            if inner is not None and inner != [] and name not in ("type_comment", "ctx"):
                yield f".{name}"
                yield from _words(inner)
        yield ")"
    elif isinstance(node, list):
        yield "["
        for inner in node:
            yield from _words(inner)
        yield "]"
    else:
        yield f"{type(node).__name__} {node!r}"


class _Uncached(SourceFileLoader):
    """Compile the source each time: a __pycache__ can hold other code than the source beside it."""

    def get_code(self, fullname: str) -> CodeType:
        return self.source_to_code(self.get_data(self.path), self.path)


class _FromSource:
    """Find the modules of one folder, and of the packages in it, by their sources alone."""

    def __init__(self, folder: Path) -> None:
        self._folder = str(folder)

    def find_spec(self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None) -> ModuleSpec | None:
        for place in path or [self._folder]:
            if place == self._folder or place.startswith(self._folder + os.sep):
                found = FileFinder(place, (_Uncached, [".py"])).find_spec(name)
                if found is not None and found.loader is not None:
                    return found
        return None


@contextmanager
def own_modules(folder: Path) -> Iterator[dict[str, ModuleType]]:
    """Load the modules of a folder anew, and give those that were loaded by the end; others of their names come back after.

    Another project may have a module of the same name, and one that was loaded before would go unseen.
    """

    def here() -> dict[str, ModuleType]:
        return {name: module for name, module in list(sys.modules.items()) if _inside(module, folder)}

    before, loaded = here(), dict[str, ModuleType]()
    for name in before:
        del sys.modules[name]
    sys.path.insert(0, str(folder))
    finder = _FromSource(folder)
    sys.meta_path.insert(0, finder)
    try:
        yield loaded
    finally:
        sys.meta_path.remove(finder)
        sys.path.remove(str(folder))
        loaded |= here()
        for name in loaded:
            del sys.modules[name]
        sys.modules |= before


def read_by(path: Path) -> dict[str, Path]:
    """Give a file and the modules of its folder that it imports, and those import, by their names below the folder; runs nothing.

    Only what an import statement names is found: of code that loads other code in other ways, nothing is known before it runs.
    """
    found, waiting = dict[str, Path](), [path.resolve()]
    folder = waiting[0].parent
    while waiting:
        file = waiting.pop()
        name = file.relative_to(folder).as_posix()
        if name in found or not file.is_file():
            continue
        found[name] = file
        try:
            tree = ast.parse(file.read_bytes())
        except (SyntaxError, ValueError, RecursionError):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                modules = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                base = "." * node.level + (node.module or "")
                modules = [base, *(f"{base}.{alias.name}" for alias in node.names)]
            else:
                continue
            for module in modules:
                parts = module.lstrip(".").split(".")
                start = file.parent if module.startswith(".") else folder
                for depth in range(1, len(parts) + 1):
                    place = start.joinpath(*parts[:depth])
                    waiting += [place.with_suffix(".py"), place / "__init__.py"]
    return found


def compiled(folder: Path) -> list[str]:
    """Name the compiled modules of a folder and of the packages in it: Python takes them before a source that can be read."""
    inner = [path for path in folder.iterdir() if path.is_dir() and path.name != "__pycache__" and not path.name.startswith(".")]
    return sorted(path.relative_to(folder).as_posix() for place in (folder, *inner) for path in place.glob("*")
                  if path.suffix in (".pyc", ".pyo", ".so", ".pyd"))


def _inside(module: ModuleType, folder: Path) -> bool:
    # The folder stands on the path resolved, so the files of what is loaded from it begin with it.
    return str(getattr(module, "__file__", None) or "").startswith(f"{folder}{os.sep}")


def code_of(files: Mapping[str, Path]) -> dict[str, str]:
    """Give the SHA-256 of the syntax of each file, by the name it is told under."""
    return {name: syntax_sha256(path.read_bytes()) for name, path in sorted(files.items()) if path.suffix == ".py" and path.is_file()}


def file_of(value: Any) -> Path | None:
    """Give the file that an object's class was loaded from, or None where it came from none."""
    module = sys.modules.get(type(value).__module__)
    file = getattr(module, "__file__", None)
    return Path(str(file)).resolve() if file else None
