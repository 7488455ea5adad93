# Direction: what must go up or down.


@pytest.fixture(scope="module")
def working_days(parts: dict[str, Table]) -> Table:
    """Turn the days of the validation months into working days."""
    return changed(parts["validation"], holiday=0, weekday=2)


def test_a_breath_of_wind_makes_little_difference(model, parts: dict[str, Table]) -> None:
    part = parts["validation"]
    windier = {column.name: part[column.name].to_list() for column in dataset.INPUTS}
    windier["wind_speed"] = part["wind_speed"].to_numpy() + 0.5  # km/h, less than the station can measure
    difference = np.abs(train.predict(model, columns.frame(windier)) - train.predict(model, part))
    assert difference.mean() < 0.05 * part["bikers"].to_numpy().mean()


def test_rain_keeps_people_from_riding(model, working_days: Table) -> None:
    dry = train.predict(model, changed(working_days, weather="clear"))
    wet = train.predict(model, changed(working_days, weather="light rain/snow"))
    assert wet.mean() < 0.9 * dry.mean()


def test_a_busier_system_stays_busier(model, working_days: Table) -> None:
    quiet = train.predict(model, changed(working_days, recent_level=80))
    busy = train.predict(model, changed(working_days, recent_level=200))
    assert busy.mean() > 1.2 * quiet.mean()


def test_a_mild_day_beats_a_freezing_one(model, working_days: Table) -> None:
    cold = train.predict(model, changed(working_days, temperature=-2, feels_like=-6))
    mild = train.predict(model, changed(working_days, temperature=22, feels_like=22))
    assert mild.mean() > cold.mean()


def test_commuters_ride_at_eight_on_working_days_only(model, working_days: Table) -> None:
    working = changed(working_days, hour=8)
    sunday = changed(working_days, hour=8, weekday=0)
    assert train.predict(model, working).mean() > 2 * train.predict(model, sunday).mean()


def test_few_people_ride_at_night(model, working_days: Table) -> None:
    night = train.predict(model, changed(working_days, hour=3))
    evening = train.predict(model, changed(working_days, hour=17))
    assert night.mean() < 0.1 * evening.mean()
