@pytest.fixture(scope="session")
def tables() -> Tables:
    """Read the raw tables."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        return data.load()


@pytest.fixture(scope="session")
def claims(tables: Tables, settings: Settings) -> list[Claim]:
    """Answer every question, as a run does, without writing anything."""
    return evaluate.claims(tables, settings)
