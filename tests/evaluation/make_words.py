"""Make lapipe/detect/data/words.txt.gz: ordinary Dutch and English words, folded, by which a capital letter is told from a name.

    apt-get download wdutch=1:2.20.19-2 wamerican=2020.12.07-2 wbritish=2020.12.07-2 (dpkg -x them into FOLDER/deb)
    python tests/evaluation/make_words.py FOLDER
"""

from __future__ import annotations

import gzip
import sys
from pathlib import Path

from lapipe.detect.names import fold

OUT = Path(__file__).parents[2] / "lapipe" / "detect" / "data" / "words.txt.gz"
#: Longer words are Dutch compounds, of which no list holds most.
_LONGEST = 12


def main(folder: Path) -> None:
    """Write the list."""
    found: set[str] = set()
    for name in ("dutch", "american-english", "british-english"):
        words = (folder / "deb/usr/share/dict" / name).read_text(encoding="utf-8").splitlines()
        found |= {fold(word) for word in words if word == word.lower() and word.isalpha() and 2 <= len(word) <= _LONGEST}
    OUT.write_bytes(gzip.compress("\n".join(sorted(found)).encode(), 9, mtime=0))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
