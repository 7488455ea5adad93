# Direction: what must go up or down.


def chance(model, table: Table, **values: Any) -> float:
    """Predict how likely a rise is, on average, where columns of every row have the given values."""
    return float(train.predict(model, changed(table, **values))[:, 1].mean())


def test_a_storm_that_gained_strength_is_likelier_to_gain_more(model, parts: dict[str, Table]) -> None:
    part = parts["validation"]
    gained = {f"wind_change_{over}h": 15.0 for over in (6, 12, 24)}
    lost = dict.fromkeys(gained, -15.0)
    assert chance(model, part, **gained) > 1.5 * chance(model, part, **lost)


def test_cold_waters_let_no_storm_grow(model, parts: dict[str, Table]) -> None:
    part = parts["validation"]
    north = chance(model, part, latitude=45.0, longitude=-40.0)
    assert north < 0.5 * chance(model, part, latitude=16.0, longitude=-75.0)


def test_a_falling_pressure_is_a_warning(model, parts: dict[str, Table]) -> None:
    part = parts["validation"]
    falling = {f"pressure_change_{over}h": -12.0 for over in (6, 12, 24)}
    rising = dict.fromkeys(falling, 12.0)
    assert chance(model, part, **falling) > chance(model, part, **rising)


def test_a_knot_more_makes_little_difference(model, parts: dict[str, Table]) -> None:
    part = parts["validation"]
    stronger = {column.name: part[column.name].to_list() for column in dataset.INPUTS}
    stronger["wind"] = part["wind"].to_numpy() + 1.0  # winds are given in steps of five
    moved = np.abs(train.predict(model, columns.frame(stronger)) - train.predict(model, part))
    assert moved.mean() < 0.03
