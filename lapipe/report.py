"""Write findings for who reads them: a person, a program, a code host (SARIF, GitHub) or a build server (JUnit)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from lapipe.rules import RULES, Finding

#: The forms that `lapipe check --format` writes.
FORMATS = ("text", "json", "sarif", "github", "junit")

_SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_PLACE = re.compile(r"(?P<file>[^:\n]+?)(?::(?P<line>\d+))?")
_IN_MESSAGE = re.compile(r"(?P<file>[^:\n]+\.(?:yaml|toml|py)):(?P<line>\d+):\s*")
#: What XML 1.0 cannot hold, not even escaped.
_NOT_XML = re.compile("[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\U00010000-\U0010FFFF]")


def placed(finding: Finding, root: Path) -> dict[str, Any]:
    """Give a finding with its file (relative to the project), its line or None, and what its rule says."""
    rule = RULES[finding.rule]
    message = finding.message
    found = _PLACE.fullmatch(finding.where)
    file, line = (found["file"], found["line"]) if found else (finding.where, None)
    inner = _IN_MESSAGE.match(message)
    if inner and not line:
        file, line, message = inner["file"], inner["line"], message[inner.end():]
    file = _relative(file, root)
    return {"rule": rule.code, "title": rule.title, "where": f"{file}:{line}" if line else file, "file": file,
            "line": int(line) if line else None, "message": message, "guide": rule.guide, "law": rule.law, "fix": finding.fix or rule.fix}


def _relative(file: str, root: Path) -> str:
    path = Path(file)
    if path.is_absolute():
        for base in (root, root.resolve()):
            if path.is_relative_to(base):
                return path.relative_to(base).as_posix()
    return path.as_posix()


def sarif(findings: Sequence[Mapping[str, Any]], version: str) -> str:
    """Write SARIF 2.1.0, as code hosts take it: the rules that are broken, and a result with its place for each finding."""
    codes = sorted({each["rule"] for each in findings})
    rules = [{"id": code, "name": code, "shortDescription": {"text": RULES[code].title}, "fullDescription": {"text": RULES[code].why},
              "help": {"text": f"{RULES[code].fix} Guide step {RULES[code].guide}; {RULES[code].law}."},
              "defaultConfiguration": {"level": "error"}, "properties": {"guide": RULES[code].guide, "law": RULES[code].law}}
             for code in codes]
    results = [{"ruleId": each["rule"], "ruleIndex": codes.index(each["rule"]), "level": "error",
                "message": {"text": f"{each['message']} {each['fix']}".strip()},
                "locations": [{"physicalLocation": {"artifactLocation": {"uri": _uri(each["file"])},
                                                    "region": {"startLine": each["line"] or 1}}}]} for each in findings]
    driver = {"name": "lapipe", "version": version, "rules": rules}
    return json.dumps({"$schema": _SARIF_SCHEMA, "version": "2.1.0", "runs": [{"tool": {"driver": driver}, "results": results}]},
                      indent=2, ensure_ascii=False)


def _uri(file: str) -> str:
    from urllib.parse import quote

    return quote(file)


def github(findings: Sequence[Mapping[str, Any]]) -> list[str]:
    """Write a workflow command for each finding; what would end a command or a property is escaped."""
    lines = []
    for each in findings:
        properties = {"file": each["file"], **({"line": each["line"]} if each["line"] else {}), "title": f"{each['rule']} {each['title']}"}
        said = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items())
        text = f"{each['message']} {each['fix']} (guide step {each['guide']}; {each['law']})"
        lines.append(f"::error {said}::{escaped(text)}")
    return lines


def escaped(text: str) -> str:
    """Give a text as the message of a workflow command."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return escaped(text).replace(":", "%3A").replace(",", "%2C")


def junit(findings: Sequence[Mapping[str, Any]], files: Sequence[str]) -> str:
    """Write JUnit XML: every file that was looked at is a test case, and so is every other place with a finding."""
    from xml.etree import ElementTree as Xml

    names = list(dict.fromkeys([*files, *(each["file"] for each in findings)]))
    failing = {each["file"] for each in findings}
    suite = Xml.Element("testsuite", name="lapipe check", tests=str(len(names)), failures=str(len(failing)), errors="0", skipped="0")
    for name in names:
        case = Xml.SubElement(suite, "testcase", classname="lapipe.check", name=_xml(name), file=_xml(name))
        mine = [each for each in findings if each["file"] == name]
        if mine:
            # One failure for a test case is all that the readers of this form agree upon.
            failure = Xml.SubElement(case, "failure", type=mine[0]["rule"], message=_xml(mine[0]["message"]))
            failure.text = _xml("\n".join(f"{each['rule']} {name}:{each['line'] or 1}: {each['message']} {each['fix']} (guide step "
                                          f"{each['guide']}; {each['law']})" for each in mine))
    suites = Xml.Element("testsuites")
    suites.append(suite)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + Xml.tostring(suites, encoding="unicode")


def _xml(text: str) -> str:
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)
