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


def test_the_storms_of_the_test_are_as_many_as_the_documents_say(raw: Table) -> None:
    table = features.build(raw)
    late = columns.rows(table, table["season"].to_numpy() > 2012)
    grew = columns.rows(late, np.array([name == dataset.POSITIVE for name in late[dataset.TARGET].to_list()]))
    assert [len(set(part["storm"].to_list())) for part in (late, grew)] == [168, 44]
