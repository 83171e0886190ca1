"""Read a YAML declaration and say, with file and line, what is wrong in it."""

from __future__ import annotations

import dataclasses
import difflib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import FunctionType
from typing import Any

import yaml

from lapipe.errors import DeclarationFault

#: The mark of what a person must still decide in a draft; no declaration that holds it is loaded (LP209).
UNDECIDED = "undecided"

#: From a key's path in the document to the line (1-based) where it stands.
Lines = Mapping[tuple[str | int, ...], int]


@dataclass(frozen=True)
class Document:
    """A parsed YAML file: its content, and the line of every key and item."""

    path: Path
    content: Mapping[str, Any]
    lines: Lines

    def fault(self, where: Sequence[str | int], message: str) -> DeclarationFault:
        """Make the error for the key at `where`; the nearest enclosing key that exists gives the line."""
        at = tuple(where)
        while at and at not in self.lines:
            at = at[:-1]
        key = ".".join(str(part) for part in where)
        place = f" {key}:" if key else ""
        return DeclarationFault(f"{self.path}:{self.lines.get(at, 1)}:{place} {message}")


# The parser in C where PyYAML has it: a project's declarations are then read five times faster.
_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_Base):  # type: ignore[misc]
    """YAML 1.1 without its surprises: dates, `yes`/`no`, octal numbers and 12:30 stay text; a key may stand once."""


# Only true and false are booleans ("no" is a word, and Norway), only plain decimals are numbers (0123 is a code, 12:30 a time),
# and a date is checked by who needs one.
_PLAIN = {
    "tag:yaml.org,2002:bool": (r"^(?:true|false)$", "tf"),
    "tag:yaml.org,2002:int": (r"^[-+]?(?:0|[1-9][0-9]*)$", "-+0123456789"),
    "tag:yaml.org,2002:float": (r"^[-+]?(?:0|[1-9][0-9]*)\.[0-9]+$", "-+0123456789"),
}
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers
            if tag != "tag:yaml.org,2002:timestamp" and tag not in _PLAIN]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
for _tag, (_form, _first) in _PLAIN.items():
    _Loader.add_implicit_resolver(_tag, re.compile(_form), list(_first))


def load(path: Path) -> Document:
    """Read one YAML mapping.

    Raises:
        DeclarationFault: the file is missing, is not UTF-8 or not YAML, holds no mapping, or has a key twice.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
        problem = ""
    except FileNotFoundError:
        problem = "does not exist"
    except IsADirectoryError:
        problem = "is a folder, not a file"
    except UnicodeDecodeError:
        problem = "is not UTF-8 text"
    except OSError as error:
        problem = f"cannot be read ({error.strerror})"
    if problem:
        raise DeclarationFault(f"{path} {problem}.")
    lines: dict[tuple[str | int, ...], int] = {}
    fault: DeclarationFault | None = None
    try:
        node = yaml.compose(text, Loader=_Loader)
        if isinstance(node, yaml.MappingNode):
            _walk(path, node, (), lines, set())
        content = _content(node)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        fault = DeclarationFault(f"{path}:{line}: not valid YAML ({error.problem}).")
    except yaml.YAMLError:
        fault = DeclarationFault(f"{path}:1: not valid YAML.")
    except RecursionError:
        fault = DeclarationFault(f"{path}:1: is nested too deep to be a declaration.")
    if fault:
        raise fault
    if not isinstance(content, dict):
        raise DeclarationFault(f"{path}:1: should hold keys and values, and holds {'nothing' if node is None else 'none'}.")
    return Document(path, content, lines)


def _content(node: yaml.Node | None) -> Any:
    if not isinstance(node, yaml.MappingNode):
        return None
    loader = _Loader("")
    try:
        return loader.construct_document(node)
    finally:
        loader.dispose()


def _walk(path: Path, node: yaml.Node, at: tuple[str | int, ...], lines: dict[tuple[str | int, ...], int],
          seen: set[int]) -> None:
    """Note the line of every key and item, and refuse a key that stands twice, and aliases.

    A reviewer reads what stands there, and a few lines of aliases can make a document without end.
    """
    lines.setdefault(at, node.start_mark.line + 1)
    if id(node) in seen:
        raise DeclarationFault(f"{path}:{lines[at]}: is an alias (*) of something above; write it out.")
    seen.add(id(node))
    if isinstance(node, yaml.MappingNode):
        names: set[str] = set()
        for key, value in node.value:
            # A key is a name, also where it looks like a number; this undoes merge keys (<<) too.
            if isinstance(key, yaml.ScalarNode):
                key.tag = "tag:yaml.org,2002:str"
            name = str(key.value)
            if name in names:
                raise DeclarationFault(f"{path}:{key.start_mark.line + 1}: {name} stands twice; keep one.")
            names.add(name)
            lines[(*at, name)] = key.start_mark.line + 1
            _walk(path, value, (*at, name), lines, seen)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            lines[(*at, index)] = value.start_mark.line + 1
            _walk(path, value, (*at, index), lines, seen)


def meaning(value: object) -> Any:
    """Give what a declared value says as texts, numbers, lists and mappings, for a hash that lasts.

    A field at its default is left out, so that a later lapipe with one field more gives the same; so are `path` and `sha256`,
    which say where something stands and not what it says, and what does not count when two are compared. A function is told by
    its name: what it does is its code.
    """
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        said = {field.name: meaning(getattr(value, field.name)) for field in dataclasses.fields(value)
                if field.compare and field.name not in ("path", "sha256") and not _is_default(field, getattr(value, field.name))}
        return {"": type(value).__name__, **said}
    if isinstance(value, Mapping):
        return {str(key): meaning(inner) for key, inner in sorted(value.items(), key=lambda item: str(item[0]))}
    if isinstance(value, (tuple, list)):
        return [meaning(inner) for inner in value]
    if isinstance(value, (set, frozenset)):
        return sorted(str(meaning(inner)) for inner in value)
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, FunctionType):
        return f"function {value.__qualname__}"
    return str(value) if isinstance(value, (str, date, float)) else repr(value)


def _is_default(field: dataclasses.Field[Any], value: Any) -> bool:
    if field.default_factory is not dataclasses.MISSING:
        return bool(value == field.default_factory())
    # 1 == True in Python, and they do not mean the same.
    return field.default is not dataclasses.MISSING and type(value) is type(field.default) and bool(value == field.default)


def refuse_undecided(document: Document, what: str) -> None:
    """Refuse a document in which something is still marked undecided (LP209)."""

    def marks(part: Any, at: tuple[str | int, ...]) -> Iterator[tuple[str | int, ...]]:
        inner = part.items() if isinstance(part, Mapping) else enumerate(part) if isinstance(part, list) else ()
        for key, value in inner:
            yield from marks(value, (*at, key))
        if part == UNDECIDED:
            yield at

    found = list(marks(document.content, ()))
    if found:
        fault = document.fault(found[0], f"is undecided, as are {len(found) - 1} more places of this {what}. Decide, and write the decision "
                                         "in its place.")
        raise DeclarationFault(str(fault), rule="LP209")


def nearest(word: str, words: Iterable[str]) -> str:
    """Say which of `words` may have been meant: ` Did you mean 'x'?`, or nothing.

    >>> nearest("clasification", ["classification", "name"])
    " Did you mean 'classification'?"
    """
    close = difflib.get_close_matches(word, list(words), n=1, cutoff=0.6)
    return f" Did you mean '{close[0]}'?" if close else ""


def check(document: Document, schema: Mapping[str, Any]) -> None:
    """Hold a document against a JSON Schema (draft 2019-09 or later).

    Raises:
        DeclarationFault: an unknown key, or else the first deviation in file order; with line, what is allowed and the
            nearest right word. A misspelt key comes first because it makes other deviations: what it meant is missing.
    """
    import jsonschema

    validator_class = jsonschema.validators.validator_for(schema, default=jsonschema.Draft202012Validator)
    errors = list(validator_class(schema).iter_errors(document.content))
    if not errors:
        return
    faults = [_fault(document, _deepest(error), schema) for error in errors]
    raise min(faults, key=lambda fault: fault[:2])[2]


def _deepest(error: Any) -> Any:
    """Of the alternatives of an anyOf or oneOf, the error that got furthest says what was meant."""
    while error.context:
        error = max(error.context, key=lambda inner: (len(inner.absolute_path), inner.validator == "enum"))
    return error


def _fault(document: Document, error: Any, schema: Mapping[str, Any]) -> tuple[int, int, DeclarationFault]:
    """Give the rank of a fault (0 an unknown key, 2 what only follows from another fault), its line, and the fault."""
    where: list[str | int] = list(error.absolute_path)
    rank = 1
    if error.validator in ("additionalProperties", "unevaluatedProperties"):
        allowed = sorted(allowed_keys(error.schema, schema))
        unknown = [key for key in error.instance if key not in allowed]
        rank = 0 if unknown else 2
        if unknown:
            where.append(unknown[0])
            message = f"is not a key here (allowed: {', '.join(allowed)}).{nearest(str(unknown[0]), allowed)}"
        else:
            message = "has a key that is not allowed here."
    elif error.validator == "required":
        missing = [key for key in error.validator_value if key not in error.instance]
        message = f"lacks {' and '.join(missing)}."
    elif error.validator == "enum":
        allowed = [str(word) for word in error.validator_value]
        message = f"is '{error.instance}'; allowed: {', '.join(allowed)}.{nearest(str(error.instance), allowed)}"
    elif error.validator == "const":
        message = f"must be {error.validator_value}."
    elif error.validator == "type":
        kinds = error.validator_value
        wanted = " or ".join(kinds) if isinstance(kinds, list) else kinds
        message = f"should be {wanted}, and is {_named(error.instance)}."
    elif error.validator in ("minLength", "minItems", "minProperties"):
        message = "may not be empty." if error.validator_value == 1 else f"needs at least {error.validator_value}."
    elif error.validator == "pattern":
        message = f"is '{error.instance}', which does not have the form {error.validator_value}."
    elif error.validator == "minimum":
        message = f"is {error.instance}, and must be at least {error.validator_value}."
    else:
        message = f"breaks '{error.validator}' ({error.validator_value!r})."
    at = tuple(where)
    while at and at not in document.lines:
        at = at[:-1]
    return rank, document.lines.get(at, 1), document.fault(where, message)


def allowed_keys(part: Mapping[str, Any], schema: Mapping[str, Any]) -> set[str]:
    """Every property name that `part` of a schema allows, with what it refers to and combines."""
    names = set(part.get("properties", {}))
    reference = str(part.get("$ref", ""))
    inner = [schema.get("$defs", {}).get(reference.rsplit("/", 1)[-1], {})] if reference else []
    for nested in [*inner, *part.get("allOf", [])]:
        names |= allowed_keys(nested, schema)
    return names


def _named(value: Any) -> str:
    names = {str: "text", bool: "true or false", int: "a number", float: "a number", list: "a list", dict: "a mapping"}
    return "empty" if value is None else names.get(type(value), "something else")
