WORST_FILE = Path("reports/worst.csv")
MOST_WORST = 20


def fitted(name: str, contender: Pipeline, learning: dict[str, Table]) -> Pipeline:
    """Fit a contender as `train` does; all but the constant guesses are calibrated on the validation part."""
    fit(contender, learning["train"])
    if name not in GUESSES:
        calibrate(contender, learning["validation"])
    return contender


def in_words(decisions: dict[str, Any]) -> str:
    """Say what the decisions are worth, for the report."""
    cost = (
        f"Decided by the cost matrix, one of the {dataset.ROWS} costs {decisions['cost']:.3f} on average; "
        f"always `{decisions['best_constant']}` costs {decisions['constant_cost']:.3f}"
    )
    if dataset.POSITIVE is None:
        return f"{cost}, and {100 * decisions['accuracy']:.1f} % of the decisions are right"
    return (
        f"{cost}. {100 * decisions['alarm_rate']:.1f} % are called `{dataset.POSITIVE}` ({100 * decisions['positive_rate']:.1f} % are): "
        f"{100 * decisions['precision']:.1f} % of these calls are right, and they find {100 * decisions['recall']:.1f} % of them"
    )


def within(test: Table, actual: NDArray[Any], predicted: NDArray[Any]) -> list[str]:
    """Say whether the model ranks rows of one group, or only tells the groups apart."""
    found = []
    for name in dataset.WITHIN:
        groups = np.array([columns.shown(value) for value in test[name].to_list()])
        value = metrics.auc_within(actual, predicted, groups)
        if np.isfinite(value):
            found.append(f"AUC between {dataset.ROWS} of the same {name}: {value:.3f}")
    return found


def about(calibration: dict[str, float]) -> str:
    """Say what the calibration brought."""
    return (
        f"Calibration: predicted and actual shares differ by {calibration['after']:.4f} on average, "
        f"{calibration['before']:.4f} before"
    )


def write_worst(test: Table, actual: NDArray[Any], predicted: NDArray[Any], decided: NDArray[Any]) -> None:
    """Write the rows whose class was the least expected into `reports/worst.csv`."""
    chance = predicted[np.arange(len(actual)), actual]
    worst = np.argsort(chance, kind="stable")[:MOST_WORST]
    shown = {
        "class": [dataset.CLASSES[i] for i in actual[worst]],
        "decided": [dataset.CLASSES[i] for i in decided[worst]],
        "probability of the class": [round(float(value), 4) for value in chance[worst]],
    }
    for column in dataset.TABLE:
        if column.name != dataset.TARGET:
            values = test[column.name].to_list()
            shown[column.name] = [values[i] for i in worst]
    columns.write(columns.frame(shown), WORST_FILE)
