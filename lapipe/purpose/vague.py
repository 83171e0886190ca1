"""Find out whether a purpose says something particular, so that it limits what may be done (guide step 1.1).

Words that fit any project in education are taken away; what is left must be enough to tell this one. That is a hint to
the author and a careful default, not a judgement of the law: how much detail is enough, the privacy officer decides.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping

from lapipe.purpose import words
from lapipe.rules import Finding

#: How many different particular words an answer needs: fewer fit a hundred projects. The guide's two full examples,
#: split over the five questions, have at least these.
ENOUGH: Mapping[str, int] = {"who": 1, "what": 2, "data": 2, "result": 2}

#: Of the words that carry content at least this share is particular; a long text is not made clear by two of them.
SHARE = 0.25

#: So many particular words a whole sentence needs before its aim: whose, which data, what is done.
ENOUGH_BEFORE_AIM = 3

_SHAPE = {
    "who": "Name the role and the part of the organisation, such as 'the study advisers of the law faculty'.",
    "what": "Say what is worked out, such as 'compare the answers per topic between tutorial groups'.",
    "data": "Name the data, such as 'score and number of attempts per practice test'.",
    "when": "Name the period or the moment, such as 'at the end of each term'.",
    "result": "Say what will be done with it, such as 'topics with most mistakes get more time in class'.",
}


def doubt(question: str, text: str) -> str | None:
    """Say what is wrong with the answer to one of the five questions, or nothing.

    >>> doubt("result", "het leerproces verbeteren")
    "holds only words that fit any project. Say what will be done with it, such as 'topics with most mistakes get more \
time in class'."
    >>> doubt("result", "meer aandacht geven aan die onderwerpen tijdens de lessen")
    """
    plain = _plain(text)
    tokens = _tokens(plain)
    problem = None
    if not tokens:
        problem = "is not answered."
    elif words.PLACEHOLDER.search(plain):
        problem = "is a placeholder."
    elif words.OPEN[question].search(plain):
        problem = "has no limit."
    elif question == "when" and not _has_time(plain):
        problem = "names no period and no moment."
    elif question == "who" and not any(_is_actor(token) for token in tokens):
        problem = "names no role or unit that acts."
    elif question in ("what", "data", "result") and _only_handles(plain):
        problem = "says that data is handled, and not what for."
    elif question != "when" and not _is_particular(question, plain):
        problem = "holds only words that fit any project."
    return f"{problem} {_SHAPE[question]}" if problem else None


def doubts(answers: Mapping[str, str]) -> dict[str, str]:
    """Give the doubt about each answer (question -> text) that raises one; one answer given twice answers once."""
    found = {question: problem for question, text in answers.items() if (problem := doubt(question, text))}
    seen: dict[tuple[str, ...], str] = {}
    for question, text in answers.items():
        content = tuple(sorted(set(_content(_plain(text)))))
        if content and content in seen:
            found.setdefault(question, f"says the same as {seen[content]}. {_SHAPE[question]}")
        seen.setdefault(content, question)
    return found


def vague_sentence(text: str) -> Finding | None:
    """Judge a purpose in one sentence: who will do what with which data and when, to reach what result.

    >>> vague_sentence("improving the learning process").rule
    'LP101'
    """
    plain = _plain(text)
    before, aim = _split_aim(plain)
    missing = []
    if not _names_actor(before):
        missing.append("who")
    if len(_particular("what", before) - {token for token in _tokens(before) if _is_actor(token)}) < ENOUGH_BEFORE_AIM:
        missing.append("what")
    if words.OPEN["data"].search(before) or not (
        words.MEANS.search(before) or any(_is(token, words.TRACES) for token in _tokens(before))
    ):
        missing.append("which data")
    if words.OPEN["when"].search(plain) or not _has_time(plain):
        missing.append("when")
    if not _is_particular("result", aim) or _only_handles(aim):
        missing.append("to what result")
    if words.PLACEHOLDER.search(plain):
        missing.append("what stands for the placeholder")
    if not missing:
        return None
    return Finding(
        "LP101",
        "purpose",
        f"the sentence does not say {', '.join(missing)}.",
        "Write: who will do what, with which data, when, to reach what result.",
    )


def says_little(text: str, *, enough: int = 3) -> bool:
    """Say whether a reason or an answer is a form of words: a placeholder, "yes", "n.v.t.", or a few general words."""
    plain = _plain(text)
    return bool(words.PLACEHOLDER.search(plain)) or len(set(_content(plain))) < enough


def _plain(text: str) -> str:
    """Lower case, without accents, with one kind of apostrophe and single spaces."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(sign for sign in apart if not unicodedata.combining(sign)).replace("\u2019", "'")
    return re.sub(r"\s+", " ", bare).strip()


def _tokens(plain: str) -> list[str]:
    """The words of two letters or more; digits and the single letters around an apostrophe are none.

    A word ends after 60 letters, so that a text made to be slow is not.
    """
    return re.findall(r"[^\W\d_]{2,60}", plain)


def _content(plain: str) -> list[str]:
    return [token for token in _tokens(plain) if token not in words.FUNCTION]


def _is(word: str, stems: frozenset[str]) -> bool:
    """Whether a word is one of the stems with an ending."""
    return any(word[:end] in stems and word[end:] in words.ENDINGS for end in range(2, len(word) + 1))


def _is_general(word: str) -> bool:
    """Whether a word is made of general stems alone: leer+proces, onderwijs+kwaliteit+s+verbetering."""
    reached = {0}
    for start in range(len(word)):
        if start not in reached:
            continue
        for end in range(start + 2, len(word) + 1):
            if word[start:end] in words.GENERAL:
                if word[end:] in words.ENDINGS:
                    return True
                reached |= {end} | {end + len(link) for link in words.LINKS if word.startswith(link, end)}
    return False


def _particular(question: str, plain: str) -> set[str]:
    """The different words that tell this purpose from another."""
    tokens = _content(plain)
    systems = {token for token in tokens if _is(token, words.SYSTEMS)}
    found = {token for token in tokens if not _is_general(token) and not _is(token, words.HANDLING)} - systems
    if question == "data" and systems:
        # Where data comes from is part of the answer to "which data", and never the whole of it.
        found.add("system")
    if question == "result":
        found = {token for token in found if token not in words.FREQUENCIES and not _is(token, words.CALENDAR)}
    return found


def _is_particular(question: str, plain: str) -> bool:
    found = _particular(question, plain)
    if question == "who":
        # A course may be named by a general word: "Statistics 1", "het vak Statistiek".
        numbered = re.findall(r"\b[^\W\d_]{3,} \d{1,3}\b", plain)
        named = re.findall(r"\b(?:vak|cursus|module|opleiding|course) '?([^\W\d_]{4,})", plain)
        found |= {*numbered, *named} - words.FUNCTION
    content = set(_content(plain)) | found
    return len(found) >= ENOUGH[question] and len(found) >= SHARE * len(content)


def _is_actor(token: str) -> bool:
    # The last part of a compound says what it is: an opleidingscommissie is a commissie.
    if _is(token, words.ACTORS) or any(_is(token[at:], words.LONG_ACTORS) for at in range(1, len(token) - 4)):
        return True
    if token in words.FUNCTION or _is_general(token) or _is(token, words.CALENDAR | words.EVENTS | words.TRACES):
        return False
    return len(token) > 5 and token.removesuffix("s").endswith(words.AGENT_ENDINGS)


def _names_actor(plain: str) -> bool:
    """Whether a role stands in the sentence as who acts, not as whom it is for or about."""
    tokens = _tokens(plain)
    for at, token in enumerate(tokens):
        before = [other for other in tokens[max(0, at - 2) : at] if other not in words.ARTICLES]
        if _is_actor(token) and not (before and before[-1] in words.NO_ACTOR_BEFORE):
            return True
    return False


def _has_time(plain: str) -> bool:
    """Whether a period, a date or a frequency is named: a period after a word of time, or a year in digits."""
    if re.search(r"\b(?:19|20)\d\d\b", plain):
        return True
    tokens = _tokens(plain)
    if any(token in words.FREQUENCIES for token in tokens):
        return True
    for at, token in enumerate(tokens):
        before = set(tokens[max(0, at - 5) : at])
        if _is(token, words.CALENDAR) and before & words.BEFORE_CALENDAR:
            return True
        if _is(token, words.EVENTS) and before & words.BEFORE_EVENT:
            return True
    return False


def _only_handles(plain: str) -> bool:
    """Whether data is only stored, collected or linked: an act of processing, with nothing learnt and no aim."""
    tokens = _tokens(plain)
    handles = any(_is(token, words.HANDLING) for token in tokens)
    learns = any(_is(token, words.LEARNING) for token in tokens)
    return handles and not learns and not _is_particular("result", _split_aim(plain)[1])


def _split_aim(plain: str) -> tuple[str, str]:
    """Split a sentence into what stands before its aim, and the aim (empty where it has none)."""
    start = min(_aims(plain), default=len(plain))
    if start == 0 and "," in plain:
        aim, _, before = plain.partition(",")
        return before, aim
    return plain[:start], plain[start:]


def _aims(plain: str) -> Iterator[int]:
    yield from (found.start() for found in words.AIM.finditer(plain))
    for found in re.finditer(r"\bto (\w+)", plain):
        before = _tokens(plain[max(0, found.start() - 40) : found.start()])
        if found[1] not in words.NO_AIM_AFTER and not (before and before[-1] in words.NO_AIM_BEFORE):
            yield found.start()
