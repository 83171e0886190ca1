"""Take the people out of addresses and of containers (JSON, PHP's serialised arrays): what stands at which key or place is declared."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

#: What stands where a person stood, and where a value stood that is not looked at further.
PERSON, HIDDEN = "person", "hidden"
#: The role of a word behind which a name or another text that is known to name no person stays, and all else is hidden.
EITHER = "kept or hidden"

#: Deeper containers are no system's.
_DEPTH = 20

_PHP = re.compile(rb'N;|b:([01]);|i:(-?[0-9]{1,19});|d:([-+0-9.eE]{1,40}|INF|-INF|NAN);|s:([0-9]{1,9}):"|a:([0-9]{1,6}):\{')


class NotUnderstood(Exception):
    """Something in a text is not as declared, so nothing of it is released."""


def container(text: str, roles: Mapping[str, str], stays: Callable[[str], bool]) -> str:
    """Give a JSON or PHP array as JSON, each value replaced as the role of its key says: person, hidden, kept, address, or word (it is
    looked into). A role may be that of a key below another one (`outer.key`).

    Where keys have addresses, the text itself may be one.

    Raises:
        NotUnderstood: it cannot be parsed, or a key in it is not declared.

    >>> container('{"relateduserid": 7, "courseid": "12"}', {"relateduserid": "person", "courseid": "kept"}, str.isdigit)
    '{"relateduserid":"person","courseid":"12"}'
    >>> container('a:1:{s:8:"courseid";i:12;}', {"courseid": "kept"}, str.isdigit)
    '{"courseid":12}'
    >>> container('{"id": "https://lms.example/courses/12/users/7"}', {"id": "address", "users": "person", "courses": "kept"}, str.isdigit)
    '{"id":"/courses/12/users/person"}'
    """
    if "address" in roles.values() and not text.lstrip().startswith(("{", "[", '"', "a:", "N;", "null")):
        return address(text, roles, stays)
    value = _parsed(text.strip())
    if not isinstance(value, (dict, list)) and value is not None:
        raise NotUnderstood
    return json.dumps(_inside(value, roles, stays, "word", "", 0), ensure_ascii=False, separators=(",", ":"))


def _inside(value: Any, roles: Mapping[str, str], stays: Callable[[str], bool], role: str, outer: str, depth: int) -> Any:
    if depth > _DEPTH:
        raise NotUnderstood
    if value is None or value in ([], {}):
        return value
    if role in (PERSON, HIDDEN):
        return role
    if isinstance(value, list):
        return [_inside(each, roles, stays, role, outer, depth + 1) for each in value]
    if isinstance(value, dict):
        made = {}
        for key, inner in value.items():
            name = str(key).casefold()
            said = roles.get(f"{outer}.{name}", roles.get(name))
            if said is None:
                raise NotUnderstood
            made[str(key)] = _inside(inner, roles, stays, said, name, depth + 1)
        return made
    if role in ("kept", EITHER) and isinstance(value, bool):
        return value
    if role == EITHER:
        return value if _named(str(value), stays) else HIDDEN
    if role == "address" and isinstance(value, str):
        try:
            return address(value, roles, stays)
        except NotUnderstood:
            return HIDDEN
    if role == "kept":
        if not stays(str(value)):
            raise NotUnderstood
        return value
    return HIDDEN


def _named(value: str, stays: Callable[[str], bool]) -> bool:
    """Tell whether a value stays although nothing says that its number is nobody's."""
    return not value.strip().lstrip("-").isdigit() and stays(value)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise ValueError
    return made


def _parsed(text: str) -> Any:
    if text.startswith(("a:", "N;")):
        data = text.encode()
        value, end = _php(data, 0, 0)
        if end != len(data):
            raise NotUnderstood
        return value
    try:
        return json.loads(text, object_pairs_hook=_once)
    except (ValueError, RecursionError):
        pass
    raise NotUnderstood


def _php(data: bytes, at: int, depth: int) -> tuple[Any, int]:
    found = _PHP.match(data, at)
    if found is None or depth > _DEPTH:
        raise NotUnderstood
    flag, whole, broken, length, count = found.groups()
    at = found.end()
    if flag is not None:
        return flag == b"1", at
    if whole is not None:
        return int(whole), at
    if broken is not None:
        return broken.decode(), at
    if length is not None:
        end = at + int(length)
        if data[end:end + 2] != b'";':
            raise NotUnderstood
        try:
            return data[at:end].decode(), end + 2
        except UnicodeDecodeError:
            pass
        raise NotUnderstood
    if count is None:
        return None, at
    made: dict[Any, Any] = {}
    for _ in range(int(count)):
        key, at = _php(data, at, depth + 1)
        if not isinstance(key, (int, str)) or isinstance(key, bool):
            raise NotUnderstood
        made[key], at = _php(data, at, depth + 1)
    if data[at:at + 1] != b"}" or len(made) != int(count):
        raise NotUnderstood
    # PHP writes a list as an array whose keys are the numbers of its elements.
    return list(made.values()) if list(made) == list(range(len(made))) else made, at + 1


def address(text: str, roles: Mapping[str, str], stays: Callable[[str], bool]) -> str:
    """Give the path of a URL, or a URN, or an id that stays, with what stands behind each word replaced as the word's role says.

    Host and fragment go. Of the query stay the parameters that are declared, as `?name`, or `page.php?name` where they mean that
    behind one page only; the others go.

    Raises:
        NotUnderstood: a part of the path is neither a declared word nor behind one that says what it is.

    >>> roles = {"users": "person", "courses": "kept", "profile.php": "word", "profile.php?id": "person"}
    >>> address("https://lms.example/courses/12/users/7?name=Jan", roles, str.isdigit)
    '/courses/12/users/person'
    >>> address("/profile.php?id=7", roles, str.isdigit)
    '/profile.php?id=person'
    """
    if _named(text.strip(), stays):
        return text.strip()
    try:
        parts = urlsplit(text.strip())
        asked = parse_qsl(parts.query, keep_blank_values=True)
    except ValueError:
        raise NotUnderstood from None
    if parts.scheme == "urn":
        return "urn:" + ":".join(_path(parts.path.split(":"), roles, stays))
    if not (parts.scheme in ("http", "https") or (not parts.scheme and text.strip().startswith("/"))):
        raise NotUnderstood
    segments = _path(parts.path.split("/"), roles, stays)
    query = []
    for name, value in asked:
        role = roles.get(f"{segments[-1]}?{name}".casefold(), roles.get(f"?{name}".casefold(), ""))
        if role in (PERSON, HIDDEN):
            query.append(f"{name}={role}")
        elif (role == "kept" and stays(value)) or (role == EITHER and _named(value, stays)):
            query.append(f"{name}={value}")
    return "/".join(segments) + ("?" + "&".join(query) if query else "")


def _path(segments: list[str], roles: Mapping[str, str], stays: Callable[[str], bool]) -> list[str]:
    made, before = [], ""
    for each in segments:
        segment = unquote(each)
        role = roles.get(segment.casefold(), "") if "?" not in segment else ""
        if not segment:
            made.append("")
        elif before in (PERSON, HIDDEN):
            # Whatever it is: somebody may be called as a page is.
            made.append(before)
            before = ""
        elif before == EITHER:
            made.append(segment if _named(segment, stays) else HIDDEN)
            before = ""
        elif role:
            made.append(segment)
            before = role
        elif before == "kept" and stays(segment):
            made.append(segment)
            before = ""
        else:
            raise NotUnderstood
    return made
