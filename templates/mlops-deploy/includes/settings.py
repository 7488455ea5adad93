    train_until: date
    validation_until: date
    test_until: date
    learning_rate: Annotated[float, Field(gt=0, le=1)]
    max_iter: Annotated[int, Field(gt=0)]
    max_leaf_nodes: Annotated[int, Field(gt=1)]
    min_samples_leaf: Annotated[int, Field(gt=0)]
    late_threshold: Annotated[float, Field(gt=0, lt=1)]
    bootstrap_draws: Annotated[int, Field(ge=100)]
    min_score: Annotated[float, Field(le=1)]
    min_gain: float
    max_alarm_rise: Annotated[float, Field(ge=1)]
    retrain_test_days: Annotated[int, Field(ge=7)]
    live: Path = Path("live")
    outcomes_token: SecretStr = SecretStr("")
    monitor_folder: Path = Path("reports/monitor")
    reload_seconds: Annotated[float, Field(gt=0)]
    flush_seconds: Annotated[float, Field(gt=0, le=60)]
    keep_days: Annotated[int, Field(ge=60)]
    window_days: Annotated[int, Field(ge=1)]
    min_window_rows: Annotated[int, Field(ge=30)]
    min_labels: Annotated[int, Field(ge=30)]
    max_psi: Annotated[float, Field(gt=0)]
    max_missing_rise: Annotated[float, Field(gt=0, lt=1)]
    significance: Annotated[float, Field(gt=0, lt=0.5)]
    auc_floor: Annotated[float, Field(ge=0.5, lt=1)]
