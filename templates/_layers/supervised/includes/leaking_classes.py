def honest(**more: np.ndarray) -> Table:
    """Make 500 rows whose class depends on one column and on luck, and add columns."""
    rng = np.random.default_rng(0)
    first = rng.uniform(0, 35, 500)
    classes = [dataset.CLASSES[int(high)] for high in first + rng.normal(0, 20, 500) > 17]
    return columns.frame({"first": first, dataset.TARGET: classes, **more})


def second() -> np.ndarray:
    """Say which of the honest rows are of the second class, shape (rows,)."""
    return np.array([float(name == dataset.CLASSES[1]) for name in honest()[dataset.TARGET].to_list()])


{{ shows(exercises, 'leak') }}@pytest.mark.parametrize("leak", ["equal", "scaled", "a sum"])
def test_leak_is_refused_by_its_values(leak: str) -> None:
    part = np.random.default_rng(1).uniform(0, 50, 500)
    leaks = {
        "equal": {"other name": second()},
        "scaled": {"other name": 9.2 * second() - 3},
        "a sum": {"one": part, "two": second() - part},
    }
    with pytest.raises(ProjectError, match="leakage"):
        features.refuse_leaks(honest(**leaks[leak]))


{{ shows(exercises, 'leak') }}def test_honest_features_pass() -> None:
    features.refuse_leaks(honest())
    noise = {f"noise {i}": np.random.default_rng(i).normal(size=500) for i in range(400)}
    features.refuse_leaks(honest(**noise))
