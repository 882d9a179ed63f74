"""Which texts say nearly the same: those stand on one side of every test."""

import zlib
from collections.abc import Hashable, Sequence

import numpy as np

from helpdesk.triage.local.likeness import vocabulary

HASHES, ROWS = 32, 4  # bands of so many rows: texts that share six words of ten usually meet in one


def groups(texts: Sequence[tuple[str, str]]) -> list[int]:
    """For each text (title, description) the number of its group, by MinHash over the words."""
    draw = np.random.default_rng(1)
    factors = draw.integers(1, 2**61, HASHES, dtype=np.uint64) | np.uint64(1)
    parents = list(range(len(texts)))
    first: dict[Hashable, int] = {}
    for at, text in enumerate(texts):
        words = vocabulary(*text)
        if not words:
            continue
        codes = np.fromiter((zlib.crc32(word.encode()) + 1 for word in words), np.uint64, len(words))
        least = ((codes[:, None] * factors) >> np.uint64(20)).min(axis=0)
        for band in range(0, HASHES, ROWS):
            key = (band, least[band : band + ROWS].tobytes())
            _join(parents, first.setdefault(key, at), at)
    return [_root(parents, at) for at in range(len(texts))]


def _root(parents: list[int], at: int) -> int:
    while parents[at] != at:
        parents[at] = at = parents[parents[at]]
    return at


def _join(parents: list[int], one: int, other: int) -> None:
    one, other = _root(parents, one), _root(parents, other)
    parents[max(one, other)] = min(one, other)
