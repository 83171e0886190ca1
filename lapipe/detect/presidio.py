"""A second look, by Presidio with Dutch recognisers of our own, at the few texts that the first left in doubt; no host is contacted."""

from __future__ import annotations

import contextlib
import logging
import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from lapipe.detect.names import fold
from lapipe.detect.text import Span, may_be_national, merged
from lapipe.detect.words import FUNCTION, PROPER, STUDY
from lapipe.errors import UsageFault

if TYPE_CHECKING:
    from presidio_analyzer import AnalyzerEngine

#: A hit without a word that speaks for it, what such a word adds, and from which score on a hit is believed.
BARE, WORDED, BELIEVED = 0.3, 0.35, 0.6
#: Words before and after a hit in which such a word is looked for; function words are passed over.
BEFORE, AFTER = 6, 4

_LANGUAGE = "nl"

#: Entity, rule, pattern, and the words that speak for it: whole words, in Dutch and English.
_RECOGNISED = (
    ("NL_BSN", "bsn", r"(?<![\w.,-])(?:\d{8,9}|\d{3}[ .-]\d{3}[ .-]\d{3}|\d{4}[ .-]\d{2}[ .-]\d{3})(?![\w-])",
     "bsn burgerservicenummer bsnnummer sofinummer sofi-nummer pgn onderwijsnummer persoonsgebonden"),
    ("STUDENT_NUMBER", "student_number", r"(?<![\w.,-])[A-Za-z]{0,2}-?\d{5,10}(?![\w-])",
     "student studentnummer studentnr snummer s-nummer collegekaart collegekaartnummer inschrijfnummer ingeschreven stamnummer personeelsnummer "
     "studentnumber studentid enrolled enrolment registration"),
    ("PHONE_NUMBER", "phone", r"(?<![\w.,-])\+?\d[\d \-./()]{6,16}\d(?![\w-])",
     "bel bellen app appen appje whatsapp telefoon telefoonnummer tel mobiel mobiele bereikbaar sms call phone mobile text reach"),
    ("DATE_OF_BIRTH", "date_of_birth",
     r"(?<!\d)(?:\d{1,2}[-/. ]\d{1,2}[-/. ](?:\d{4}|\d{2})|\d{4}-\d{2}-\d{2}|\d{1,2} \w{3,9}\.? \d{4})(?!\d)",
     "geboren geboortedatum geboortedag geb verjaardag jarig born birthday birthdate dob"),
    ("IBAN_CODE", "iban", r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b", "rekening rekeningnummer iban bank overmaken tikkie account transfer"),
    ("EMAIL_ADDRESS", "email", r"[\w.+-]+ ?@ ?[\w-]+(?: ?\.[\w-]+)+", "mail email e-mail mailen adres address stuur"),
    ("PERSON", "name", r"(?<![\w@.])[A-Z\u00c0-\u00de][^\W\d_]+(?:['’-][^\W\d_]+)*(?: (?:van|de|der|den|het|ten|ter|el|al|bin)){0,3}(?: [A-Z\u00c0-\u00de][^\W\d_]+)?",
     "heet heette naam noem noemt genaamd groet groeten groetjes groetje mvg docent docente mentor tutor studiegenoot huisgenoot collega vriend vriendin broer zus "
     "samenwerken named lecturer classmate roommate brother sister friend regards sincerely teammate teamgenoot groepsgenoot"),
)
_NOBODY = FUNCTION | PROPER | STUDY
_CONTEXT = frozenset(word for *_, words in _RECOGNISED for word in words.split())
_RULES = {entity: rule for entity, rule, *_ in _RECOGNISED} | dict.fromkeys(("PER", "PERSON", "PERS"), "name")

_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*|[^\w\s]")


def second_look(texts: Sequence[str], found: Sequence[Sequence[Span]], model: str = "") -> list[list[Span]]:
    """Look again at texts in which a span is in doubt, and give the spans of all of them.

    A doubt that a believed hit covers is none any more, and hits elsewhere are added; nothing that the first look found is taken back. A
    text that Presidio cannot work on keeps its doubts. `model` names a spaCy model that is installed.
    """
    if not texts:
        return []
    engine = _engine(model)
    return [merged([*spans, *_hits(engine, text)]) for text, spans in zip(texts, found, strict=True)]


def _hits(engine: AnalyzerEngine, text: str) -> Iterator[Span]:
    results: Sequence[Any] = ()
    # Its errors quote the text; where there is one, what was in doubt stays so.
    with contextlib.suppress(Exception):
        results = engine.analyze(text, language=_LANGUAGE, score_threshold=BELIEVED)
    for result in results:
        rule, start = _RULES.get(result.entity_type, ""), result.start
        if rule == "name":
            # "Groetjes Lisa": what leads and is nobody is not of the name.
            while (word := _LEADS.match(text, start, result.end)) and fold(word[1]) in _NOBODY:
                start = word.end()
        if rule and start < result.end:
            yield Span(start, result.end, rule)


_LEADS = re.compile(r"([^\W\d_]+(?:['’-][^\W\d_]+)*)\s*")


@cache
def _engine(model: str) -> AnalyzerEngine:
    """Build the analyser: recognisers of our own only, no model unless one is named, no list that is fetched.

    Presidio's own recognisers are not loaded: its e-mail recogniser contacts two hosts through tldextract, and its default engine downloads
    a model. Its context words do nothing on a blank Dutch engine, whose tokens have no lemmas: here each word is its own lemma.
    """
    from presidio_analyzer import AnalyzerEngine, EntityRecognizer, Pattern, PatternRecognizer, RecognizerRegistry
    from presidio_analyzer.context_aware_enhancers import LemmaContextAwareEnhancer
    from presidio_analyzer.nlp_engine import NlpArtifacts, NlpEngine

    # At level DEBUG it logs the words around a hit.
    logging.getLogger("presidio-analyzer").setLevel(logging.WARNING)
    nlp = _model(model) if model else None

    class Words(NlpEngine):
        """Splits a text into words, each its own lemma in small letters; entities come from the model, where there is one."""

        def load(self) -> None:
            pass

        def is_loaded(self) -> bool:
            return True

        def process_text(self, text: str, language: str) -> Any:
            found = list(_WORD.finditer(text))
            entities = list(nlp(text).ents) if nlp else []
            # Of a spaCy document only the lengths of the words are asked.
            words: Any = [each[0] for each in found]
            return NlpArtifacts(entities=entities, tokens=words, tokens_indices=[each.start() for each in found],
                                lemmas=[each[0].lower() for each in found], nlp_engine=self, language=language)

        def process_batch(self, texts: Any, language: str, batch_size: int = 1, n_process: int = 1, **_: Any) -> Iterator[tuple[str, Any]]:
            for text in texts:
                yield text, self.process_text(text, language)

        def is_stopword(self, word: str, language: str) -> bool:
            return word in FUNCTION and word not in _CONTEXT

        def is_punct(self, word: str, language: str) -> bool:
            return not word[:1].isalnum()

        def get_supported_entities(self) -> list[str]:
            return []

        def get_supported_languages(self) -> list[str]:
            return [_LANGUAGE]

    class Recogniser(PatternRecognizer):
        """A number that fails its test is dropped; one that passes is not certain for it, as Presidio's `validate_result` would have it."""

        def invalidate_result(self, pattern_text: str) -> bool:
            return self.supported_entities == ["NL_BSN"] and len(re.sub(r"\D", "", pattern_text)) == 9 and not may_be_national(pattern_text)

    class Entities(EntityRecognizer):
        """The people that the model sees."""

        def load(self) -> None:
            pass

        def analyze(self, text: str, entities: Any, nlp_artifacts: Any) -> list[Any]:
            from presidio_analyzer import AnalysisExplanation, RecognizerResult

            return [RecognizerResult("PERSON", entity.start_char, entity.end_char, 0.85,
                                     AnalysisExplanation(recognizer="model", original_score=0.85))
                    for entity in nlp_artifacts.entities if _RULES.get(entity.label_) == "name"]

    recognisers: list[Any] = [
        Recogniser(supported_entity=entity, name=entity, supported_language=_LANGUAGE, patterns=[Pattern(entity, pattern, BARE)],
                   context=words.split(), global_regex_flags=re.MULTILINE)
        for entity, _, pattern, words in _RECOGNISED]
    if nlp:
        recognisers.append(Entities(supported_entities=["PERSON"], name="model", supported_language=_LANGUAGE))
    registry = RecognizerRegistry(recognizers=recognisers, supported_languages=[_LANGUAGE])
    enhancer = LemmaContextAwareEnhancer(context_similarity_factor=WORDED, min_score_with_context_similarity=0.4, context_prefix_count=BEFORE,
                                         context_suffix_count=AFTER, context_matching_mode="whole_word")
    return AnalyzerEngine(registry=registry, nlp_engine=Words(), supported_languages=[_LANGUAGE], context_aware_enhancer=enhancer)


def check_model(model: str) -> None:
    """Say clearly, and without loading it, that a spaCy model is not there.

    Raises:
        UsageFault: it is not installed.
    """
    from importlib.util import find_spec

    if not model.isidentifier() or find_spec(model) is None:
        raise UsageFault(f"The spaCy model '{model}' is not installed. lapipe downloads none: install its package by hand (and lapipe's extra "
                         "`ner`), or leave the model out; names are then found by lists and context only.")


def _model(model: str) -> Any:
    check_model(model)
    import spacy

    problem = ""
    try:
        return spacy.load(model, disable=["tagger", "parser", "lemmatizer", "attribute_ruler"])
    except Exception as error:
        problem = type(error).__name__
    raise UsageFault(f"The spaCy model '{model}' is installed and cannot be loaded ({problem}); install the version that fits spaCy.")
