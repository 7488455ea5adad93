{%- from 'includes/exercise.jinja' import exercise -%}
{%- from 'includes/exercises.jinja' import exercises with context -%}
def uncalibrated(model: Pipeline, table: Table) -> NDArray[np.float64]:
    """Predict the probability of each class as the model itself says it, shape (rows, classes)."""
    return of_all_classes(model, model.predict_proba(derive(table)))


def of_all_classes(model: Pipeline, chances: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give a class that the model has not met the least probability, shape (rows, classes)."""
    found = np.full((len(chances), len(dataset.CLASSES)), metrics.LEAST)
    found[:, model.classes_] = np.maximum(chances, metrics.LEAST)
    shares: NDArray[np.float64] = found / found.sum(axis=1, keepdims=True)
    return shares


def predict(model: Pipeline, table: Table) -> NDArray[np.float64]:
    """Predict the probability of each class, shape (rows, classes), as it was calibrated."""
    return adjusted(model, model.predict_proba(derive(table)))


def adjusted(model: Pipeline, chances: NDArray[np.float64]) -> NDArray[np.float64]:
    """Turn what the model itself says into calibrated probabilities of all classes, shape (rows, classes)."""
    return calibrated(of_all_classes(model, chances), getattr(model, "calibration_", None))


def calibrated(chances: NDArray[np.float64], learned: Sequence[float] | None) -> NDArray[np.float64]:
    """Stretch the logarithms of probabilities, shape (rows, classes), and move each class, as `calibration` learned."""
    if learned is None:
        return chances
    logs = learned[0] * np.log(chances) + np.array(learned[1:])
    powers = np.exp(logs - logs.max(axis=1, keepdims=True))
    shares: NDArray[np.float64] = powers / powers.sum(axis=1, keepdims=True)
    return shares


def calibration(chances: NDArray[np.float64], actual: NDArray[np.intp]) -> list[float]:
    """Learn a stretch and a shift for each class from rows that the model has not trained on.

    They minimise the log loss. A penalty that counts as much as `PENALTY` rows keeps few rows from moving much. Class
    weights make a model say too much of rare classes: the shifts take that back.

    Returns
    -------
    list of float
        The stretch, then the shift of each class.
    """
    logs, was = np.log(chances), np.eye(chances.shape[1])[actual]

    def loss(learned: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        stretch, shifts = float(np.exp(learned[0])), learned[1:]
        said = calibrated(chances, [stretch, *shifts])
        off = said - was
        likelihood = float(np.log(np.maximum((said * was).sum(axis=1), 1e-300)).sum())
        value = PENALTY * float(learned @ learned) / 2 - likelihood
        slope = np.concatenate([[stretch * (off * logs).sum()], off.sum(axis=0)]) + PENALTY * learned
        return value / len(actual), slope / len(actual)

    found = minimize(loss, np.zeros(chances.shape[1] + 1), jac=True, method="BFGS", options={"gtol": 1e-9}).x
    return [float(np.exp(found[0])), *map(float, found[1:])]


def calibrate(model: Pipeline, table: Table) -> None:
    """Calibrate a model on rows that it has not trained on; what is learned is kept in the model itself."""
    model.calibration_ = calibration(uncalibrated(model, table), data.target(table))


def checked(model: Pipeline, table: Table) -> NDArray[np.float64]:
    """Predict rows, shape (rows, classes), each fold calibrated on the others: no row takes part in its own prediction.

    The folds are whole blocks, as the bootstrap draws them.
    """
    chances, actual = uncalibrated(model, table), data.target(table)
    _, blocks = np.unique(data.blocks(table), return_inverse=True)
    fold = np.random.default_rng(0).permutation(blocks.max() + 1)[blocks] % FOLDS
    found = chances.copy()
    for here in (fold == number for number in range(FOLDS)):
        if here.any() and not here.all():
            found[here] = calibrated(chances[here], calibration(chances[~here], actual[~here]))
    return found


MORE_ALARMS = "the model in use calls"


def cost_matrix(settings: Settings) -> NDArray[np.float64]:
    """Make the cost of each decision (column) where each class (row) is true, shape (classes, classes).

    A right decision costs nothing. A wrong one costs what `costs` in the settings says, or else 1, or for classes with
    an order as much as they are apart.

    Raises
    ------
    ProjectError
        If `costs` names a class that is not there.
    """
    numbers = np.arange(len(dataset.CLASSES))
    apart = np.abs(numbers[:, None] - numbers)
    found: NDArray[np.float64] = (apart if dataset.ORDERED else np.minimum(apart, 1)).astype(float)
    for true, row in settings.costs.items():
        for said, cost in row.items():
            for name in (true, said):
                if name not in dataset.CLASSES:
                    message = f"`costs` in {SETTINGS_FILE.as_posix()} names `{name}`, and the classes are {', '.join(dataset.CLASSES)}"
                    raise ProjectError(message)
{%- if _broken_on_purpose %}
            found[dataset.CLASSES.index(said), dataset.CLASSES.index(true)] = cost
{%- else %}
            found[dataset.CLASSES.index(true), dataset.CLASSES.index(said)] = cost
{%- endif %}
    return found


def decide(chances: NDArray[np.float64], costs: NDArray[np.float64]) -> NDArray[np.intp]:
    """Choose for each row the class with the lowest expected cost.

    With two classes that is a threshold, cost of a false alarm / (cost of a false alarm + cost of a miss). No threshold
    has to be searched, because the probabilities are calibrated.

    Parameters
    ----------
    chances
        Probabilities, shape (rows, classes).
    costs
        From `cost_matrix`.

    Returns
    -------
    ndarray of int
        Number of the class, shape (rows,).
    """
{% call exercise(edition, exercises, 'costs') %}
    expected = chances @ costs
    found: NDArray[np.intp] = expected.argmin(axis=1)
    return found
{% endcall %}


def finish(settings: Settings, model: Pipeline, table: Table) -> None:
    """Calibrate a model and keep the costs in it: a version decides as it was let through, whatever is set later."""
    calibrate(model, table)
    model.costs_ = cost_matrix(settings).tolist()


def alarm_rate(decided: NDArray[np.intp]) -> float:
    """Compute the share of rows that are called positive."""
    return float((decided == dataset.CLASSES.index(dataset.POSITIVE or "")).mean())


def more_alarms(settings: Settings, part: Table, model: Pipeline) -> str:
    """Say that a model calls far more rows positive than the one in use, on the same rows; empty where it does not.

    Whoever acts on the alarms has to know before there are twice as many, however good the new model is.
    """
    if dataset.POSITIVE is None or settings.max_alarm_growth is None:
        return ""
    try:
        before = tracking.champion(settings).model
        earlier, now = (
            alarm_rate(decide(predict(one, part), np.array(one.costs_))) for one in (before, model)
        )
    except (ProjectError, ValueError):  # none is in use yet, or it knew other columns or classes
        return ""
    if now <= settings.max_alarm_growth * earlier:
        return ""
    return (
        f"it calls {100 * now:.1f} % of the validation part `{dataset.POSITIVE}`, and {MORE_ALARMS} {100 * earlier:.1f} %, which is more "
        f"than {settings.max_alarm_growth:g} times as many"
    )
