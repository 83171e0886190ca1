"""Work on the bytes of a text 64 at a time: one bit for each byte, the first byte's the lowest of the first word."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np


def bits(data: np.ndarray, byte: int) -> np.ndarray:
    """Give a bit for each byte that is this one; behind the last byte there are none."""
    import numpy as np

    packed = np.packbits(data == byte, bitorder="little")
    words = np.zeros((len(packed) + 7) // 8 * 8, np.uint8)
    words[:len(packed)] = packed
    return words.view(np.uint64)


def ones(words: np.ndarray) -> int:
    """Count the bits."""
    import numpy as np

    return int(np.bitwise_count(words).sum())


def outside_quotes(quotes: np.ndarray, quoted: bool, length: int) -> tuple[np.ndarray, bool]:
    """Give a bit for each byte that stands outside quotes, and whether the piece ends inside them.

    That is a running exclusive or over one bit per byte, here computed for 64 bytes at a time: six shifts within each word, and one
    pass over the words' last bits.
    """
    import numpy as np

    inside = quotes.copy()
    for shift in (1, 2, 4, 8, 16, 32):
        inside ^= inside << np.uint64(shift)
    carried = np.bitwise_xor.accumulate(inside >> np.uint64(63)) ^ np.uint64(quoted)
    inside[0] ^= ~np.uint64(0) if quoted else np.uint64(0)
    inside[1:] ^= np.uint64(0) - carried[:-1]
    return ~inside, bit(inside, length - 1)


def after(words: np.ndarray, carried: bool) -> np.ndarray:
    """Give a bit for each byte that stands after one with a bit; `carried` says so of the byte before the piece."""
    import numpy as np

    shifted = words << np.uint64(1)
    shifted[1:] |= words[:-1] >> np.uint64(63)
    shifted[0] |= np.uint64(carried)
    return shifted


def before(words: np.ndarray) -> np.ndarray:
    """Give a bit for each byte that stands before one with a bit."""
    import numpy as np

    shifted = words >> np.uint64(1)
    shifted[:-1] |= words[1:] << np.uint64(63)
    return shifted


def bit(words: np.ndarray, place: int) -> bool:
    """Tell whether the byte at a place has a bit."""
    return bool(int(words[place // 64]) >> place % 64 & 1)


def only(place: int, length: int) -> np.ndarray:
    """Give the words of a piece in which one byte has a bit."""
    import numpy as np

    words = np.zeros((length + 63) // 64, np.uint64)
    words[place // 64] = np.uint64(1 << place % 64)
    return words


def places(words: np.ndarray) -> np.ndarray:
    """Give where the bits are, in order: the lowest of each word, then the next, as long as there are any."""
    import numpy as np

    at = np.flatnonzero(words)
    left = words[at]
    found = []
    while len(at):
        rest = left & (left - np.uint64(1))
        found.append(at * 64 + np.bitwise_count((left ^ rest) - np.uint64(1)))
        more = rest != 0
        at, left = at[more], rest[more]
    return np.sort(np.concatenate(found)) if found else np.zeros(0, np.int64)


def counted(words: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Count the bits before each of some places."""
    import numpy as np

    counts = np.bitwise_count(words).astype(np.int64)
    word = at >> 6
    below = (np.uint64(1) << (at & 63).astype(np.uint64)) - np.uint64(1)
    found: np.ndarray = (np.cumsum(counts) - counts)[word] + np.bitwise_count(words[word] & below)
    return found
