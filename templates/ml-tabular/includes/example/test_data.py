def test_riders_must_add_up(raw: Table) -> None:
    more = {name: raw[name].to_numpy() for name in raw.columns}
    more["casual"] = more["casual"] + 1
    against = columns.schema(dataset.RAW, dataset.UNIQUE, dataset.RULES)
    with pytest.raises(ProjectError, match="add up"):
        columns.validate(columns.frame(more), against, "the file")


def test_the_figures_of_the_data_card(raw: Table) -> None:
    month, day, bikers = (raw[name].to_numpy() for name in ("mnth", "day", "bikers"))
    means = {name: round(bikers[month == name].mean()) for name in ("Jan", "June", "Nov", "Dec")}
    assert means == {"Jan": 56, "June": 199, "Nov": 142, "Dec": 118}
    snow, hurricane = np.isin(day, [26, 27]).sum(), np.isin(day, [239, 240]).sum()
    assert (48 - snow, 48 - hurricane) == (24, 13)
