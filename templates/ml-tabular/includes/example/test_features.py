@pytest.mark.exercise("level")
def test_recent_level_is_the_mean_of_the_seven_days_before() -> None:
    day = np.repeat(np.arange(1, 11), 2)
    raw = {{ 'pd' if engine == 'pandas' else 'pl' }}.DataFrame({"day": day, "bikers": day * 10 + np.tile([-5, 5], 10)})
    level = features.recent_level(raw).to_numpy().astype(float)
    assert np.isnan(level[:14]).all(), (
        "the first seven days have no seven days before them: their level is missing"
    )
    assert level[14:].tolist() == [40, 40, 50, 50, 60, 60], (
        "day 8 must have the mean of the days 1 to 7, without day 8"
    )


def test_features_have_ordinary_units(raw: Table, table: Table) -> None:
    first = raw["day"].to_numpy() == 8
    rows = table["date"].to_numpy().astype("datetime64[D]") == np.datetime64("2011-01-08")
    assert rows.sum() == first.sum()
    np.testing.assert_allclose(table["temperature"].to_numpy()[rows], raw["temp"].to_numpy()[first] * 47 - 8)
    np.testing.assert_allclose(table["humidity"].to_numpy()[rows], raw["hum"].to_numpy()[first] * 100)
    assert table["hour"].to_numpy()[rows].tolist() == raw["hr"].to_numpy()[first].tolist()


def test_the_first_seven_days_have_no_past_and_are_left_out(raw: Table, table: Table) -> None:
    assert str(table["date"].min())[:10] == "2011-01-08"
    assert len(table) == (raw["day"].to_numpy() > 7).sum()


def test_the_calendar_agrees_with_itself(raw: Table, table: Table) -> None:
    weekday = table["weekday"].to_numpy()
    monday_is_0 = (table["date"].to_numpy().astype("datetime64[D]").astype(int) + 3) % 7
    assert (weekday == (monday_is_0 + 1) % 7).all()
    derived = features.derive(table)["working_day"].to_numpy()
    assert (derived == raw["workingday"].to_numpy()[raw["day"].to_numpy() > 7]).all()
