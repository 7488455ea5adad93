
    train_until: Annotated[float, Field(gt=0)] | date
    validation_until: Annotated[float, Field(gt=0)] | date
    learning_rate: Annotated[float, Field(gt=0, le=1)]
    max_iter: Annotated[int, Field(gt=0)]
    max_leaf_nodes: Annotated[int, Field(gt=1)]
    min_samples_leaf: Annotated[int, Field(gt=0)]
    loss: Literal["squared_error", "absolute_error", "poisson"]
    bootstrap_draws: Annotated[int, Field(ge=100)]
    interval_level: Annotated[float, Field(gt=0, lt=1)]
    min_score: Annotated[float, Field(le=1)] | None
    min_gain: float
