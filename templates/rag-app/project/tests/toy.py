"""An embedder that needs no model: each word adds one to one of 64 numbers, so texts that share words are near."""

import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


class Toy:
    name = "toy-1"
    dimensions = 64

    def __init__(self) -> None:
        self.seen: list[str] = []  # every text that was ever embedded

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.seen += texts
        vectors = np.zeros((len(texts), self.dimensions), np.float32)
        for row, text in enumerate(texts):
            for word in text.lower().split():
                vectors[row, zlib.crc32(word.encode()) % self.dimensions] += 1
        return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)


class Pupil(Toy):
    """One that learns from the passages: here, how many there are."""

    name = "pupil"

    def fit(self, texts: Sequence[str]) -> None:
        self.name = f"pupil-{len(texts)}"
