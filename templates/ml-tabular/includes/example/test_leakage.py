@pytest.mark.exercise("level")
def test_recent_level_does_not_see_the_future() -> None:
    day = np.repeat(np.arange(1, 21), 3)
    bikers = np.random.default_rng(0).integers(1, 500, len(day))
    other = np.where(day >= 12, bikers * 7, bikers)  # another future, from day 12 on
    frame = {{ 'pd' if engine == 'pandas' else 'pl' }}.DataFrame
    one = features.recent_level(frame({"day": day, "bikers": bikers})).to_numpy().astype(float)
    two = features.recent_level(frame({"day": day, "bikers": other})).to_numpy().astype(float)
    assert np.array_equal(one[day <= 12], two[day <= 12], equal_nan=True), (
        "day 12 changed with its own riders: a day may not see itself"
    )
    assert (one[day > 12] != two[day > 12]).all()


def test_riders_of_the_hour_are_no_feature_and_the_schema_refuses_them(raw: Table, table: Table) -> None:
    assert not {"casual", "registered"} & set(features.FEATURES)
    later = raw["day"].to_numpy() > 7
    leaky = columns.frame(
        {name: table[name].to_list() for name in table.columns}
        | {name: raw[name].to_numpy()[later] for name in ("casual", "registered")}
    )
    with pytest.raises(ProjectError, match="casual"):
        columns.validate(leaky, columns.schema(dataset.TABLE), "the table")
    with pytest.raises(ProjectError, match="leakage"):
        features.refuse_leaks(leaky)


def test_a_leak_would_have_been_impossibly_good(raw: Table, parts: dict[str, Table], model) -> None:
    """Show what the guards are for: with the leak the error is that of a miracle."""
    riders = [raw[name].to_numpy()[raw["day"].to_numpy() > 7] for name in ("casual", "registered")]
    n, m = len(parts["train"]), len(parts["validation"])
    target = {name: part["bikers"].to_numpy() for name, part in parts.items()}
    leaky = HistGradientBoostingRegressor(random_state=0)
    leaky.fit(np.column_stack([values[:n] for values in riders]), target["train"])
    miracle = leaky.predict(np.column_stack([values[n : n + m] for values in riders]))
    assert metrics.score(target["validation"], miracle) > 0.95
    honest_score = metrics.score(target["validation"], model.predict(features.derive(parts["validation"])))
    assert honest_score < 0.85
