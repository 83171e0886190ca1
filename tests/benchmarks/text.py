"""How long 100k forum posts of 300 characters take: the columnar look at all of them, Presidio at those in doubt, and Presidio alone.

    /work/bin/quiet .venv/bin/python -m tests.benchmarks.text [POSTS]
"""

from __future__ import annotations

import random
import resource
import sys
import time

from lapipe.detect.presidio import second_look
from lapipe.detect.text import Finder, plain, withheld

_PLAIN = """Ik snap de vraag niet helemaal, kan iemand uitleggen hoe je dit berekent? | De deadline van opdracht 3 is volgens mij verplaatst naar week 7.
In hoofdstuk 4 staat een andere definitie dan in de slides van het college. | Volgens mij moet je hier eerst de afgeleide nemen en dan nul stellen.
The null hypothesis is rejected when the p-value is below 0.05, right? | I think the second figure in the article explains this much better.
Heeft iemand de uitwerkingen van het oefententamen al gevonden in de cursus? | Dank voor de uitleg, zo begrijp ik het een stuk beter dan uit het boek.
We could compare both methods and then discuss the differences in the report. | Bij mij geeft de code steeds een foutmelding zodra ik het bestand inlees.
Is het ook toegestaan om een andere dataset te gebruiken voor het verslag? | Het antwoord staat in de bijlage, maar de eenheden kloppen niet."""
_TELLING = """Groetjes, {given} {surname} | Hoi {given}, bedankt voor je reactie! | Je kunt mij mailen op {given}.{surname}@student.voorbeeld.nl.
Mijn studentnummer is {number}. | Bel me even op 06-{phone}. | Zoals @{given} al zei klopt dat niet."""
#: What the first look leaves in doubt: capitals of words nobody knows, numbers that may be anything.
_DOUBTFUL = """Heb je al gekeken naar de video van Kwarrelbos over dit onderwerp? | De code was {bsn} en dan staat er nog iets achter.
Ons groepje met Zwirvelaar heeft het anders gedaan. | Roos zei dat het tentamen verplaatst is."""


def posts(number: int, doubtful: float = 0.1) -> list[str]:
    """Make posts of about 300 characters: 30 % tell who somebody is, `doubtful` of them leave a doubt."""
    chance = random.Random(4)
    split = lambda text: [part.strip() for line in text.split("\n") for part in line.split("|")]
    plain_ones, telling, doubts = split(_PLAIN), split(_TELLING), split(_DOUBTFUL)
    given = ["Sanne", "Mohammed", "Fatima", "Daan", "Emma", "Youssef", "Lotte", "Thijs"]
    surnames = ["Jansen", "Bakker", "Yilmaz", "Bouchikhi", "Visser", "Smit"]
    out = []
    for _ in range(number):
        parts = chance.sample(plain_ones, 4)
        if chance.random() < 0.3:
            parts.append(chance.choice(telling))
        if chance.random() < doubtful:
            parts.insert(0, chance.choice(doubts))
        text = " ".join(parts).format(given=chance.choice(given), surname=chance.choice(surnames), number=chance.randint(1_000_000, 9_999_999),
                                      phone=chance.randint(10_000_000, 99_999_999), bsn="123456782")
        out.append(f"{text} {len(out)}")
    return out


def main(number: int) -> None:
    """Time it and print."""
    texts = posts(number)
    print(f"{number:,} posts of {sum(map(len, texts)) / number:.0f} characters")
    finder = Finder()
    finder.find(["warm Up."])
    start = time.perf_counter()
    read = [plain(text) for text in texts]
    found = [spans for at in range(0, number, 20_000) for spans in finder.find(read[at:at + 20_000])]
    first = time.perf_counter() - start
    doubt = [index for index, spans in enumerate(found) if any(not span.sure for span in spans)]
    second_look(["warm up"], [[]])
    start = time.perf_counter()
    again = second_look([read[index] for index in doubt], [found[index] for index in doubt])
    second = time.perf_counter() - start
    for index, spans in zip(doubt, again, strict=True):
        found[index] = spans
    lost = sum(bool(withheld(spans)) for spans in found)
    print(f"first look at all   {first:6.1f} s  ({number / first:,.0f} posts/s)")
    print(f"second look at {len(doubt):,} in doubt {second:6.1f} s  ({len(doubt) / second:,.0f} posts/s)")
    print(f"together            {first + second:6.1f} s; {lost:,} texts withheld, {sum(map(len, found)):,} spans")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
