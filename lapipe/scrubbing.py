"""Take the people out of a text that a system wrote, as its contract declares; a text that is not wholly understood is not released."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from lapipe.unfolding import EITHER, HIDDEN, PERSON, NotUnderstood, address, container

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

#: Skeletons that are remembered; a system has some hundreds, and free text outside quotes would have no end of them.
_REMEMBERED = 50_000

#: A longer number is no id of the system's.
_DIGITS = 18
#: Fewer texts of one sentence are not worth taking apart as columns.
_FEW = 50

#: A whole number between the signs of an address, and what stands there while its skeleton is looked at.
_SLOT, _MARK, _MOST = re.compile(rf"(?<=[/=:])[0-9]{{1,{_DIGITS}}}(?=[/?&:#]|\Z)"), re.compile(r"9([0-9]{16})7"), 50

_NUMBER = re.compile(rf"-?[0-9]{{1,{_DIGITS}}}")
_WORD = re.compile(r"[^\W\d_]+(?:_[^\W\d_]+)*")
#: What may stand between the words.
_BETWEEN = re.compile(r"[\s.,/()]*")


@dataclass(frozen=True)
class Scrubbing:
    """How a system's sentences are read: words of its own, and what stands quoted after which of them.

    `person`, `hidden`, `kept` and `named` are the words before a quoted value: a person's number, the number of something that
    belongs to one person (an attempt, a submission), a number that stays (a course, a module), and one of `names`, such as a
    plugin's, which stays. Where several fit, the longest does. `words` are all other words that a sentence may have.

    With the form `address` or `container` they are the words of a path or the keys of a JSON or PHP array, as `lapipe.unfolding` reads
    them; what stands there under `kept` is a number, one of `names`, or matches one of the patterns `ids`. A word under both `kept` and
    `hidden` keeps only a name or what matches a pattern, and hides the rest. A key may be said with the one around it (`course.id`).
    Under the keys `addresses` stand addresses, and a container with such keys may be an address itself.

    >>> reading = Scrubbing(person=("user with id",), kept=("course with id",), words=("The", "viewed", "the"))
    >>> Scrubber(reading).scrub("The user with id '7' viewed the course with id '12'.")
    "The user with id 'person' viewed the course with id '12'."
    >>> Scrubber(reading).scrub("The user with id '7' viewed the course with id '12', Jansen.") is None
    True
    """

    person: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    form: str = ""
    ids: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.person)


#: What is said of a column that is not scrubbed.
NOT_SCRUBBED = Scrubbing()


@dataclass(frozen=True)
class _Sentence:
    """A sentence that is understood: its pieces, and the places in it of numbers, of those that stay, and of names that stay."""

    pieces: list[str]
    numbers: tuple[int, ...]
    kept: tuple[int, ...]
    named: tuple[int, ...]


#: What is said of a skeleton that was not seen yet.
_NEW = object()


@dataclass
class Scrubber:
    """Scrubs texts; sentences that differ only in what is quoted are looked at once."""

    reading: Scrubbing
    _known: dict[tuple[str, ...], object] = field(default_factory=dict)
    _phrases: list[tuple[str, str]] = field(default_factory=list)
    _words: frozenset[str] = frozenset()
    _names: frozenset[str] = frozenset()
    _ids: list[re.Pattern[str]] = field(default_factory=list)
    _roles: dict[str, str] = field(default_factory=dict)
    _plans: dict[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        said = {"person": self.reading.person, "hidden": self.reading.hidden, "kept": self.reading.kept, "named": self.reading.named}
        self._phrases = sorted(((_folded(phrase), role) for role, phrases in said.items() for phrase in phrases),
                               key=lambda each: -len(each[0]))
        self._names = frozenset(self.reading.names)
        self._ids = [re.compile(pattern) for pattern in self.reading.ids]
        both = tuple(set(self.reading.kept) & set(self.reading.hidden))
        self._roles = {word.casefold(): role for role, words in {
            "word": self.reading.words, "address": self.reading.addresses, **said, EITHER: both}.items() for word in words}
        every = (*self.reading.words, *(phrase for phrase, _ in self._phrases))
        self._words = frozenset(word.casefold() for text in every for word in _WORD.findall(text))

    def scrub(self, text: str) -> str | None:
        """Give the text with its people replaced, or None where something in it is not understood."""
        if self.reading.form == "address":
            return self._address(text)
        if self.reading.form:
            return self._unfolded(text)
        parts = text.split("'")
        if len(parts) % 2 == 0:
            # A quote that is not closed: what follows it is nobody's to say.
            return None
        skeleton = tuple(parts[::2])
        understood = self._known.get(skeleton, _NEW)
        if understood is _NEW:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            understood = self._known[skeleton] = self._understood(parts)
        if not isinstance(understood, _Sentence):
            return None
        numbers = "".join([parts[place] for place in understood.numbers])
        # All at once; the rare ones, without a number or with Moodle's -1 for somebody unknown, one by one.
        if ((not (numbers.isdecimal() and numbers.isascii()) or "" in parts[1::2])
                and not all(_NUMBER.fullmatch(parts[place]) for place in understood.numbers)):
            return None
        out = understood.pieces.copy()
        for place in understood.kept:
            if len(parts[place]) > _DIGITS:
                return None
            out[place] = parts[place]
        for place in understood.named:
            if parts[place] not in self._names:
                return None
            out[place] = parts[place]
        return "'".join(out)

    def _unfolded(self, text: str) -> str | None:
        try:
            return (address if self.reading.form == "address" else container)(text, self._roles, self._stays)
        except NotUnderstood:
            return None

    def _address(self, text: str) -> str | None:
        """Scrub an address; those that differ only in whole numbers between signs are looked at once.

        What becomes of such a number hangs on the words before it, and not on which it is: no word is a number, and every number of so
        many digits may stay. An address that is wholly an id that stays may hang on it, and is looked at by itself.
        """
        skeleton = _SLOT.sub("\0", text)
        if skeleton == text or "\0" in text or any(pattern.fullmatch(text.strip()) for pattern in self._ids):
            return self._unfolded(text)
        plan = self._plans.get(skeleton, _NEW)
        if plan is _NEW:
            if len(self._plans) >= _REMEMBERED:
                self._plans.clear()
            plan = self._plans[skeleton] = self._plan(skeleton)
        if not isinstance(plan, tuple):
            return None if plan is None else self._unfolded(text)
        pieces, places = plan
        if not places:
            return str(pieces[0])
        numbers, out = _SLOT.findall(text), [*pieces]
        out[1::2] = [numbers[place] for place in places]
        return "".join(out)

    def _plan(self, skeleton: str) -> tuple[list[str], list[int]] | bool | None:
        """Give the pieces of what an address becomes, with the places of its numbers between them; None where it is not understood.

        False where that must be asked of each such address.
        """
        marks = [f"9{number:016d}7" for number in range(skeleton.count("\0"))]
        tried = "".join(piece for pair in zip(skeleton.split("\0"), [*marks, ""], strict=True) for piece in pair)
        if len(marks) > _MOST or _MARK.search(skeleton) or any(pattern.fullmatch(tried.strip()) for pattern in self._ids):
            return False
        done = self._unfolded(tried)
        if done is None:
            return None
        pieces = _MARK.split(done)
        return pieces, [int(mark) for mark in pieces[1::2]]

    def _stays(self, value: str) -> bool:
        """Tell whether a value is an id that may stay."""
        return bool(_NUMBER.fullmatch(value)) or value in self._names or any(pattern.fullmatch(value) for pattern in self._ids)

    def __call__(self, texts: list[Any]) -> list[str | None]:
        """Give each text as `scrub` does."""
        return [self.scrub(text) for text in texts]

    def over_arrow(self, texts: pa.Array) -> pa.Array:
        """Give each text as `scrub` does, many at once: those of one sentence are taken apart and put together as columns.

        A log has some hundred sentences and millions of texts. Rare sentences, and texts of a frequent one that are not like the
        others, are scrubbed one by one.
        """
        import numpy as np
        import pyarrow as pa
        import pyarrow.compute as pc

        if self.reading.form:
            return pa.array(self(texts.to_pylist()), pa.string())
        lists = pc.split_pattern(texts, "'")
        counts = pc.list_value_length(lists).to_numpy(zero_copy_only=False)
        places, made, alone = [], [], []
        for count in np.unique(counts).tolist():
            rows = np.flatnonzero(counts == count)
            if count % 2 == 0 or len(rows) < _FEW:
                alone.append(rows)
                continue
            flat = (lists if len(rows) == len(lists) else lists.take(pa.array(rows))).flatten()
            columns = [flat.take(pa.array(np.arange(place, len(flat), count))) for place in range(count)]
            skeletons = np.zeros(len(rows), np.int64)
            for column in columns[::2]:
                coded = column.dictionary_encode()
                skeletons = skeletons * len(coded.dictionary) + coded.indices.to_numpy()
                if len(coded.dictionary) > _FEW:
                    # So that the product stays a small number.
                    skeletons = np.unique(skeletons, return_inverse=True)[1]
            order = np.argsort(skeletons, kind="stable")
            for same in np.split(order, np.flatnonzero(np.diff(skeletons[order])) + 1):
                sentence = self._sentence([column[int(same[0])].as_py() for column in columns]) if len(same) >= _FEW else None
                if sentence is None:
                    alone.append(rows[same])
                    continue
                done, good = self._together(sentence, [column.take(pa.array(same)) for column in columns])
                places.append(rows[same[good]])
                made.append(done)
                alone.append(rows[same[~good]])
        single = np.concatenate([*alone, np.zeros(0, np.int64)])
        made.append(pa.array(self(texts.take(pa.array(single)).to_pylist()), pa.string()))
        back = np.empty(len(texts), np.int64)
        back[np.concatenate([*places, single])] = np.arange(len(texts))
        return pa.concat_arrays(made).take(pa.array(back))

    def _together(self, sentence: _Sentence, columns: list[pa.Array]) -> tuple[pa.Array, np.ndarray]:
        """Give the texts of one sentence scrubbed, and which of them: in the others something is no plain number or no declared name."""
        import numpy as np
        import pyarrow as pa
        import pyarrow.compute as pc

        good = np.ones(len(columns[0]), np.bool_)
        for place in sentence.numbers:
            column = columns[place]
            for each in (pc.utf8_is_decimal(column), pc.string_is_ascii(column), pc.less_equal(pc.binary_length(column), _DIGITS)):
                good &= each.to_numpy(zero_copy_only=False)
        for place in sentence.named:
            good &= pc.is_in(columns[place], value_set=pa.array(sorted(self._names), pa.string())).to_numpy(zero_copy_only=False)
        stays = {*sentence.kept, *sentence.named}
        pieces: list[Any] = [""]
        for place, piece in enumerate(sentence.pieces):
            quote = "'" if place else ""
            if place in stays:
                pieces += [columns[place].filter(pa.array(good)), ""]
                pieces[-3] += quote
            else:
                pieces[-1] += quote + piece
        if len(pieces) == 1:
            return pa.array([pieces[0]], pa.string()).take(pa.array(np.zeros(int(good.sum()), np.int64))), good
        return pc.binary_join_element_wise(*pieces, "").cast(pa.string()), good

    def _sentence(self, parts: list[str]) -> _Sentence | None:
        """Give the sentence of a text, or None where it is not understood."""
        self.scrub("'".join(parts))
        found = self._known.get(tuple(parts[::2]))
        return found if isinstance(found, _Sentence) else None

    def _understood(self, parts: Sequence[str]) -> _Sentence | None:
        """Give the sentence's pieces, white space folded, with the places of what is quoted by its role."""
        pieces: list[str] = []
        places: dict[str, list[int]] = {"person": [], "hidden": [], "kept": [], "named": []}
        for place, part in enumerate(parts):
            if place % 2:
                before = " " + _folded(parts[place - 1])
                role = next((role for phrase, role in self._phrases if before.endswith(" " + phrase)), "")
                if not role:
                    return None
                places[role].append(place)
                pieces.append({"person": PERSON, "hidden": HIDDEN}.get(role, ""))
            else:
                if not self._harmless(part):
                    return None
                pieces.append(re.sub(r"\s+", " ", part))
        numbers = (*places["person"], *places["hidden"], *places["kept"])
        return _Sentence(pieces, numbers, tuple(places["kept"]), tuple(places["named"]))

    def _harmless(self, part: str) -> bool:
        """Whether a part outside quotes holds only declared words: a name or number there would stay."""
        return (all(word.casefold() in self._words for word in _WORD.findall(part))
                and _BETWEEN.fullmatch(_WORD.sub("", part)) is not None)


def _folded(text: str) -> str:
    return " ".join(text.split())
