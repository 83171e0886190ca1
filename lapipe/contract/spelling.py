"""Bring the spellings of an identifier to one canonical form, one by one or a batch at a time."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

#: Marks around a text that nobody sees: byte order, zero width, direction.
_UNSEEN = "\ufeff\u200b\u200c\u200d\u200e\u200f\u2060"

#: What a spreadsheet makes of an identifier that is made of digits.
_SCIENTIFIC, _FLOAT = re.compile(r"[0-9](?:[.,][0-9]+)?[eE][+][0-9]+"), re.compile(r"[0-9]+[.]0")


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    """Compile a declared pattern, once; a dot matches line ends too."""
    return re.compile(pattern, re.DOTALL)


@dataclass(frozen=True)
class Spelling:
    """How the spellings of one identifier are brought to one canonical form.

    Steps, in order: surrounding white space goes, and marks that nobody sees (a byte order mark inside a file that was joined of
    two); Unicode to NFC; `lower`; each of `prefixes` goes, once; with `number`, a trailing `.0` (a spreadsheet's float) and leading
    zeros go; `width` pads with zeros again. The result must match `pattern` as a whole. A spelling among `nobody` (compared in
    canonical form) names no person.
    """

    prefixes: tuple[str, ...] = ()
    lower: bool = False
    number: bool = False
    width: int = 0
    pattern: str = ""
    nobody: tuple[str, ...] = ()

    def canonical(self, raw: str) -> str | None:
        """Give the canonical form, or None where the spelling does not fit.

        >>> Spelling(prefixes=("#", "s"), lower=True, number=True, pattern=r"[0-9]{7}").canonical(" S1234567 ")
        '1234567'
        >>> Spelling().canonical("1.23E+16") is None
        True
        >>> Spelling().canonical("\\ufeff s1234567")
        's1234567'
        """
        if raw.isascii() and raw.isdigit() and raw[0] != "0" and len(raw) >= self.width and not self.pattern and not self.prefixes:
            return raw  # What all that follows would leave as it is: most identifiers of most exports.
        text = unicodedata.normalize("NFC", raw.strip().strip(_UNSEEN).strip())
        # A spreadsheet's 1.23E+16 has lost its digits, and its 1234567.0 is a number only where that is declared.
        if _SCIENTIFIC.fullmatch(text) or (not self.number and _FLOAT.fullmatch(text)):
            return None
        if self.lower:
            text = text.lower()
        for prefix in self.prefixes:
            text = text.removeprefix(prefix)
        if self.number:
            text = text.removesuffix(".0")
            text = text.lstrip("0") or text[-1:]
        # Nothing is padded to no one's number: it stays nothing.
        if self.width and text:
            text = text.zfill(self.width)
        if not text or (self.pattern and not compiled(self.pattern).fullmatch(text)):
            return None
        return text

    def is_nobody(self, canonical: str) -> bool:
        """Tell whether a canonical form stands for the system or a guest instead of a person."""
        return canonical in self.nobody


class Canonical:
    """What a lookup of identifiers computes: each spelling's canonical form; nothing where it does not fit or is nobody's.

    Counts the spellings that did not fit (`unspellable`) and those that were not canonical as they stood (`changed`). Where
    `whole`, the column holds whole numbers and so do its canonical forms.
    """

    def __init__(self, spelling: Spelling, *, whole: bool = False) -> None:
        self._spelling, self._whole = spelling, whole
        self.unspellable = self.changed = 0

    def __call__(self, raw: list[Any]) -> list[Any]:
        """Give the canonical form of each."""
        found: list[Any] = []
        for value in raw:
            text = self._spelling.canonical(str(value))
            self.unspellable += text is None
            if text is not None and self._spelling.is_nobody(text):
                text = None
            self.changed += text != str(value)
            found.append(int(text) if self._whole and text is not None else text)
        return found

    def over_arrow(self, raw: pa.Array) -> pa.Array:
        """Do the same for a batch without nulls; those that are canonical as they stand cost no object each."""
        import pyarrow as pa
        import pyarrow.compute as pc

        texts = raw.cast(pa.string())
        settled = self._settled(texts)
        left = pc.filter(raw, pc.invert(settled))
        if not len(left):
            return raw
        rest = pa.array(self(left.to_pylist()), raw.type if self._whole else pa.string())
        return pc.replace_with_mask(raw if self._whole else texts, pc.invert(settled), rest)

    def _settled(self, texts: pa.Array) -> pa.Array:
        """Tell which are surely canonical as they stand: plain whole numbers that no declared step changes, and that are not nobody's."""
        import pyarrow as pa
        import pyarrow.compute as pc

        spelling = self._spelling
        if any(prefix[:1].isdigit() for prefix in spelling.prefixes):
            return pa.array([False] * len(texts), pa.bool_())
        digits = pc.match_substring_regex(texts, r"\A[1-9][0-9]*\z")
        settled = pc.and_(digits, pc.greater_equal(pc.binary_length(texts), spelling.width))
        if spelling.nobody:
            settled = pc.and_(settled, pc.invert(pc.is_in(texts, pa.array(spelling.nobody, pa.string()))))
        if spelling.pattern:
            fits = compiled(spelling.pattern).fullmatch
            settled = pc.and_(settled, pa.array([fits(text) is not None for text in texts.to_pylist()], pa.bool_()))
        return settled
