
    train_until: Annotated[float, Field(gt=0)] | date
    validation_until: Annotated[float, Field(gt=0)] | date
    learning_rate: Annotated[float, Field(gt=0, le=1)]
    max_iter: Annotated[int, Field(gt=0)]
    max_leaf_nodes: Annotated[int, Field(gt=1)]
    min_samples_leaf: Annotated[int, Field(gt=0)]
    class_weight: Literal["balanced"] | None
    costs: dict[str, dict[str, Annotated[float, Field(ge=0)]]]
    least_of_a_class: Annotated[int, Field(gt=0)]
    bootstrap_draws: Annotated[int, Field(ge=100)]
    min_score: Annotated[float, Field(le=1)] | None
    min_gain: float
    max_alarm_growth: Annotated[float, Field(gt=0)] | None
