class Health(BaseModel):
    """The service can answer."""

    status: str
    model_version: str


class ModelInfo(BaseModel):
    """The origin of the model in use, and its metrics."""

    name: str
    version: str
    run_id: str
    metrics: dict[str, float]


@app.get("/health")
def health() -> Health:
    """Say whether a model is in use."""
    return Health(status="ok", model_version=champion().version)


@app.get("/model-info")
def model_info() -> ModelInfo:
    """Say which model answers, and how it scored when it was trained and evaluated."""
    _, version, run_id = champion()
    return ModelInfo(
        name=tracking.MODEL, version=version, run_id=run_id, metrics=tracking.run_metrics(run_id)
    )
