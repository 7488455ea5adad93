class Champion(NamedTuple):
    """The model in use."""

    model: Any  # as it was logged
    version: str
    run_id: str


def register(model_id: str, run_id: str) -> str:
    """Put a logged model into the registry as `candidate`: trained, but not through the gate yet.

    Returns
    -------
    str
        Its version.
    """
    import mlflow
    from mlflow.exceptions import MlflowException

    client = mlflow.MlflowClient()
    with suppress(MlflowException):  # it exists already
        client.create_registered_model(MODEL)
    version = client.create_model_version(MODEL, f"models:/{model_id}", run_id, model_id=model_id).version
    client.set_registered_model_alias(MODEL, "candidate", version)
    return str(version)


def promote(version: str) -> None:
    """Make a version the `champion`: the one that is evaluated and served. Call this only if the gate passed."""
    import mlflow

    mlflow.MlflowClient().set_registered_model_alias(MODEL, "champion", version)


def champion(settings: Settings, alias: str = "champion") -> Champion:
    """Load the model in use; with the alias `candidate`, the one that was trained last.

    Raises
    ------
    ProjectError
        If no model has passed the gate yet, or its files were moved.
    """
    import mlflow
    from mlflow.exceptions import MlflowException

    mlflow.set_tracking_uri(settings.mlflow_tracking_uri)
    try:
        version = mlflow.MlflowClient().get_model_version_by_alias(MODEL, alias)
        with TemporaryDirectory() as copy:  # MLflow writes beside what it loads; a container may be read-only
{%- set load %}{% include 'includes/load.py' ignore missing %}{% endset %}
{%- if load.strip() %}
{{ load.strip('\n') }}
{%- else %}
            model = mlflow.pyfunc.load_model(f"models:/{MODEL}@{alias}", dst_path=copy).get_raw_model()
{%- endif %}
    except (MlflowException, OSError) as error:
        message = f"no model is in use yet, or its files were moved: run `{COMMAND} train` first"
        raise ProjectError(message) from error
    return Champion(model, str(version.version), str(version.run_id))


def run_metrics(run_id: str) -> dict[str, float]:
    """Return the metrics that a run recorded."""
    import mlflow

    return dict(mlflow.get_run(run_id).data.metrics)
