
METRIC = "ndcg"  # the one that decides; docs/decisions/0001-metric.md says why
COLUMNS = {"hit_1": "hit@1", "hit_5": "hit@5", "recall_5": "recall@5", "mrr": "MRR", "ndcg": "nDCG@10"}


def pages(found: list[str]) -> list[str]:
    """Turn the pages of a list of passages into a ranking of pages: each stands where it came first.

    Retrieval finds passages, but the questions name pages, and a person opens pages. Without this a page that is cut
    into many passages would fill the first places alone.
    """
    return list(dict.fromkeys(found))


def hit(ranked: list[str], gold: set[str], k: int) -> float:
    """Say whether any right page is among the first k: 1 or 0."""
    return float(any(page in gold for page in ranked[:k]))


def recall(ranked: list[str], gold: set[str], k: int) -> float:
    """Say which share of the right pages is among the first k."""
    return len(gold.intersection(ranked[:k])) / len(gold)


def reciprocal_rank(ranked: list[str], gold: set[str]) -> float:
    """Compute 1 / place of the first right page: 1 for the first place, 0.5 for the second, 0 if it is nowhere.

    Its mean over questions is MRR (Voorhees, The TREC-8 Question Answering Track Report, 1999).
    """
    return next((1 / place for place, page in enumerate(ranked, start=1) if page in gold), 0.0)


def ndcg(ranked: list[str], gold: set[str], k: int = 10) -> float:
    """Compute the normalised discounted cumulative gain: are all right pages found, and early?

    A right page at place i gains 1 / log2(i + 1): 1 at the first place, 0.63 at the second, 0.5 at the third. The sum
    over the first k places is divided by what the best ranking would gain, all right pages first
    (Järvelin and Kekäläinen, Cumulated gain-based evaluation of IR techniques, 2002; here a page is right or not).

    Parameters
    ----------
    ranked
        Pages, the best first, none twice.
    gold
        The pages that the question needs; at least one.
    k
        How many places count.

    Returns
    -------
    float
        0 (nothing found) to 1 (all right pages first).
    """
{% call exercise(edition, exercises, 'metric') %}
    gains = 1 / np.log2(np.arange(2, k + 2))
    right = [page in gold for page in ranked[:k]]
    return float(gains[: len(right)] @ right / gains[: len(gold)].sum())
{% endcall %}


def scores(ranked: list[str], gold: set[str]) -> dict[str, float]:
    """Score the ranking of one question in every way that is reported.

    Parameters
    ----------
    ranked
        Pages, the best first, none twice.
    gold
        The pages that the question needs; at least one.

    Returns
    -------
    dict
        The keys of `COLUMNS`, each from 0 to 1.
    """
    return {
        "hit_1": hit(ranked, gold, 1),
        "hit_5": hit(ranked, gold, 5),
        "recall_5": recall(ranked, gold, 5),
        "mrr": reciprocal_rank(ranked, gold),
        "ndcg": ndcg(ranked, gold),
    }


def mean_interval(values: NDArray[np.float64], draws: list[NDArray[np.intp]]) -> dict[str, float]:
    """Give the mean over the questions an interval: what other questions of the same kind might have said.

    Parameters
    ----------
    values
        One number for each question, shape (questions,).
    draws
        Row numbers of other sets of questions that could have been asked, from `resamples`.
    """
    return interval([float(values[rows].mean()) for rows in draws])
