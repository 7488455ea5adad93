
    train_until: date
    validation_until: date
    learning_rate: Annotated[float, Field(gt=0, le=1)]
    max_iter: Annotated[int, Field(gt=0)]
    max_leaf_nodes: Annotated[int, Field(gt=1)]
    min_samples_leaf: Annotated[int, Field(gt=0)]
    bootstrap_draws: Annotated[int, Field(ge=100)]
    interval_level: Annotated[float, Field(gt=0, lt=1)]
    min_score: Annotated[float, Field(le=1)]
    min_gain: float
