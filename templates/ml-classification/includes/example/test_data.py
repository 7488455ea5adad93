def test_a_hurricane_has_its_wind(raw: Table) -> None:
    weak = {name: raw[name].to_list() for name in raw.columns}
    weak["wind"] = [30] * len(raw)
    against = columns.schema(dataset.RAW, dataset.UNIQUE, dataset.RULES)
    with pytest.raises(ProjectError, match="a hurricane has winds"):
        columns.validate(columns.frame(weak), against, "the file")


def test_the_figures_of_the_documents(raw: Table, table: Table) -> None:
    assert len(raw) == 19_537
    assert (raw["year"].to_numpy().min(), raw["year"].to_numpy().max()) == (1975, 2022)
    share = np.mean([name == dataset.POSITIVE for name in table[dataset.TARGET].to_list()])
    assert 0.045 < share < 0.055  # one in twenty
