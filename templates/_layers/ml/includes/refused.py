def refused(gate: dict[str, Any], rest: str) -> str:
    """Say what becomes of a model that the gate refused, and why.

    Returns
    -------
    str
        The refusal, where nothing was asked but to be better than the best baseline: a result like any other.

    Raises
    ------
    ProjectError
        If the model falls short of what somebody asked.
    """
    words = f"{refusal(gate)} {rest}"
    if gate["min_score"] is None and not gate["signal"]:
        return words
    raise ProjectError(words)


def show_refused(settings: Settings) -> None:
    """Evaluate and report a refused candidate: the gate decides what is served, not what is shown."""
    from {{ package_name }}.evaluate import evaluate  # it imports this module

    with suppress(ProjectError):
        evaluate(settings)
