def test_an_observation_whose_future_is_not_known_is_left_out(raw: Table, table: Table) -> None:
    became = history.outcome(raw)
    assert np.isnan(became).any()
    assert len(features.build(raw)) == (~np.isnan(became)).sum()


def test_the_target_is_a_rise_by_30_knots(raw: Table) -> None:
    wind, later = history.moved(raw, "wind", 0), history.moved(raw, "wind", 24)
    built = features.build(raw)
    expected = (later - wind)[~np.isnan(later)] >= 30
    assert (np.array(built[dataset.TARGET].to_list()) == "yes").tolist() == expected.tolist()


def test_the_parts_of_the_ocean() -> None:
    places = features.basin(np.array([25.0, 15.0, 30.0]), np.array([-90.0, -70.0, -40.0]))
    assert places.tolist() == ["Gulf of Mexico", "Caribbean", "open Atlantic"]
