"""How is one row predicted in microseconds?

scikit-learn is made for tables: with one row, most of the time goes into making a table of it and checking that. `Trees`
takes a fitted pipeline apart, once: what its encoders make of a text becomes a dictionary, and a tree becomes nested
tuples. The same numbers are added in the same order, so that a prediction equals scikit-learn's to the last bit.
"""

import logging
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.pipeline import Pipeline

log = logging.getLogger(__name__)

Columns: TypeAlias = Mapping[str, Sequence[Any]]
# A leaf's value, or: feature, threshold or the categories that go left, left, right, whether a missing value goes left.
Node: TypeAlias = "float | tuple[int, float | frozenset[int], Node, Node, bool]"

UNKNOWN = "a text that no table holds"
FIRST = 2.0**40  # marks a number on its way through the encoders, which make nothing so large of a text
CHECKED = 300  # rows that scikit-learn predicts as well, before the trees are used


class NotTreesError(Exception):
    """The model is of another kind."""


class Trees:
    """A `ColumnTransformer` and scikit-learn's histogram-based trees, for a row or a few.

    Parameters
    ----------
    model
        The fitted pipeline.
    frame
        Makes the table that `model` predicts from columns.

    Raises
    ------
    NotTreesError
        If the model is of another kind, or scikit-learn predicts other numbers.
    """

    def __init__(self, model: Pipeline, frame: Callable[[dict[str, list[Any]]], Any]) -> None:
        kinds = (HistGradientBoostingClassifier, HistGradientBoostingRegressor)
        steps = [type(step) for step in getattr(model, "named_steps", {}).values()]
        if steps not in [[ColumnTransformer, kind] for kind in kinds]:
            message = "the model is not a ColumnTransformer and histogram-based trees"
            raise NotTreesError(message)
        self.forest: Any = model[1]
        self.names = list(model.feature_names_in_)
        self.texts = texts_of(model[0])
        self._encode_each_text(model, frame)
        # Private names of scikit-learn: `_check` below would notice another meaning, and the tests a missing one.
        known = self.forest._bin_mapper.make_known_categories_bitsets()  # noqa: SLF001
        self.trees = [[nested(tree, *known) for tree in each] for each in self.forest._predictors]  # noqa: SLF001
        self.start: list[float] = self.forest._baseline_prediction[0].tolist()  # noqa: SLF001
        self._check(model, frame)

    def _encode_each_text(self, model: Pipeline, frame: Callable[[dict[str, list[Any]]], Any]) -> None:
        """Find the place of each number, and what each text changes in a row of unknown ones."""
        tried = [(name, text) for name, changes in self.texts.items() for text in changes]
        numbers = [name for name in self.names if name not in self.texts]
        plain = {name: FIRST + i for i, name in enumerate(numbers)} | dict.fromkeys(self.texts, UNKNOWN)
        table: dict[str, list[Any]] = {name: [plain[name]] * (len(tried) + 1) for name in self.names}
        for i, (name, text) in enumerate(tried, start=1):
            table[name][i] = text
        encoded = self.forest._preprocess_X(model[0].transform(frame(table)), reset=False)  # noqa: SLF001
        self.row: list[float] = encoded[0].tolist()
        self.places = {name: self.row.index(plain[name]) for name in numbers if plain[name] in self.row}
        for (name, text), row in zip(tried, encoded[1:], strict=True):
            differs = ~((row == encoded[0]) | (np.isnan(row) & np.isnan(encoded[0])))
            self.texts[name][text] = [(int(place), float(row[place])) for place in np.flatnonzero(differs)]

    def _check(self, model: Pipeline, frame: Callable[[dict[str, list[Any]]], Any]) -> None:
        """Predict rows both ways: each text, and numbers at and beside the trees' own thresholds."""
        rng = np.random.default_rng(0)
        nodes = np.concatenate([tree.nodes for each in self.forest._predictors for tree in each])  # noqa: SLF001
        inner = nodes[nodes["is_leaf"] == 0]
        table: dict[str, list[Any]] = {}
        for name in self.names:
            ends = inner["num_threshold"][inner["feature_idx"] == self.places.get(name, -1)]
            numbers, texts = [math.nan, 0.0, *ends, *(ends + 1e-3)], [UNKNOWN, *self.texts.get(name, [])]
            tried = texts if name in self.texts else numbers
            table[name] = [tried[i] for i in rng.integers(len(tried), size=CHECKED)]
        theirs = model.predict_proba if hasattr(model, "predict_proba") else model.predict
        if not np.array_equal(self.predict(table), theirs(frame(table))):
            message = "scikit-learn predicts other numbers than its trees alone"
            raise NotTreesError(message)

    def predict(self, columns: Columns) -> NDArray[np.float64]:
        """Predict as `model` does: probabilities, shape (rows, classes), or values, shape (rows,).

        Parameters
        ----------
        columns
            The model's features, shape (rows,) each; None and nan are missing.
        """
        # scikit-learn keeps the sums of each class side by side; of eight classes and more NumPy adds them in another order
        # where those of a row are, which changes the last bit of a probability.
        sums = np.array([self._sums(row) for row in self._rows(columns)], order="F")
        if isinstance(self.forest, HistGradientBoostingClassifier):
            chances: NDArray[np.float64] = self.forest._loss.predict_proba(sums)  # noqa: SLF001
            return chances
        values: NDArray[np.float64] = self.forest._loss.link.inverse(sums.ravel())  # noqa: SLF001
        return values

    def _rows(self, columns: Columns) -> list[list[float]]:
        """Encode rows as the trees expect them."""
        rows = [self.row.copy() for _ in columns[self.names[0]]]
        for name, place in self.places.items():
            for row, number in zip(rows, columns[name], strict=True):
                row[place] = math.nan if number is None else float(number)
        for name, changes in self.texts.items():
            for row, text in zip(rows, columns[name], strict=True):
                for place, number in changes.get(text if isinstance(text, str) else None, ()):
                    row[place] = number
        return rows

    def _sums(self, row: list[float]) -> list[float]:
        """Add up the leaves that a row falls into: one sum, or one for each of several classes."""
        sums = self.start.copy()
        for each in self.trees:
            for i, tree in enumerate(each):
                node: Any = tree
                while type(node) is tuple:  # isinstance takes twice as long
                    feature, threshold, left, right, missing_left = node
                    value = row[feature]
                    if value != value:  # noqa: PLR0124  # it is nan
                        node = left if missing_left else right
                    elif type(threshold) is frozenset:
                        node = left if value in threshold else right
                    else:
                        node = left if value <= threshold else right
                sums[i] += node
        return sums


def taken_apart(model: Any, frame: Callable[[dict[str, list[Any]]], Any]) -> Trees | None:
    """Make `Trees` of a model; None, and a line in the log, where it is of another kind."""
    try:
        return Trees(model, frame)
    except (NotTreesError, AttributeError, LookupError, TypeError, ValueError) as reason:
        # Beside our own error: what a model that its owner changed, or another scikit-learn, may bring.
        log.warning("each prediction is made from a table, which takes milliseconds: %s", reason)
        return None


def texts_of(encoders: ColumnTransformer) -> dict[str, dict[str | None, list[tuple[int, float]]]]:
    """List the texts of each column that the encoders know, and None for a missing one; what they change comes later."""
    return {
        name: {text if isinstance(text, str) else None: [] for text in [*known, None]}
        for _, encoder, names in encoders.transformers_
        for name, known in zip(names, getattr(encoder, "categories_", []), strict=False)
    }


def nested(tree: Any, known: NDArray[np.uint32], index: NDArray[np.uint32]) -> Node:
    """Turn one tree into nested tuples.

    Parameters
    ----------
    tree
        A `TreePredictor` of scikit-learn.
    known, index
        The categories that each categorical feature had in training, as bits, shape (features, 8), and the place of each
        feature among them. A category without its bit is missing.
    """

    def at(number: int) -> Node:
        node = tree.nodes[number]
        if node["is_leaf"]:
            return float(node["value"])
        feature, missing_left = int(node["feature_idx"]), bool(node["missing_go_to_left"])
        threshold: float | frozenset[int] = float(node["num_threshold"])
        if node["is_categorical"]:
            threshold = categories(tree.raw_left_cat_bitsets[node["bitset_idx"]])
            if missing_left:
                threshold |= categories(~known[index[feature]])
        return feature, threshold, at(int(node["left"])), at(int(node["right"])), missing_left

    return at(0)


def categories(bits: NDArray[np.uint32]) -> frozenset[int]:
    """List the categories whose bit is set, of 256, shape (8,)."""
    return frozenset(i for i in range(256) if int(bits[i // 32]) >> i % 32 & 1)
