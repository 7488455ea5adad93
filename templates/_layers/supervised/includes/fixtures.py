{%- from 'includes/stage.jinja' import predicts with context -%}
MOST_ROWS = 10_000  # of a large table; the tests do not need more


@pytest.fixture(scope="session")
def raw() -> Table:
    """Read the raw file."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        if not dataset.RAW_FILE.exists():
            pytest.skip(f"{dataset.RAW_FILE} is not here; docs/data-card.md says where it comes from")
        return data.read_raw()


@pytest.fixture(scope="session")
def table(raw: Table) -> Table:
    """Compute the table of a run; of a large one, rows at equal distances."""
    table = features.build(raw)
    return columns.rows(table, np.arange(len(table)) % (len(table) // MOST_ROWS + 1) == 0)


@pytest.fixture(scope="session")
def parts(table: Table, settings: Settings) -> dict[str, Table]:
    """Split as a run does, without the test part: it is read by `evaluate` only."""
    parts = data.split(table, settings)
    return {name: parts[name] for name in ("train", "validation")}


@pytest.fixture(scope="session")
def model(parts: dict[str, Table], settings: Settings) -> train.Pipeline:
    """Train the trees as a run does, without recording them: a second."""
    model = train.fit(train.boosted_trees(settings), parts["train"])
{%- if predicts == 'probabilities' %}
    train.finish(settings, model, parts["validation"])
{%- else %}
    train.calibrate(model, parts["validation"], settings.interval_level)
{%- endif %}
    return model


@pytest.fixture(scope="session")
def known(parts: dict[str, Table]) -> Table:
    """Compute the features of rows that the model has not trained on."""
    return features.derive(parts["validation"])


@pytest.fixture
def ordinary() -> dict[str, Any]:
    """Make a request with an ordinary value for each column."""
    return {column.name: column.example for column in dataset.INPUTS}
