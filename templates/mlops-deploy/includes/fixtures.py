@pytest.fixture(scope="session")
def table() -> Table:
    """Join every flight with its weather, once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        return features.build(data.read_flights(), data.read_weather())


@pytest.fixture(scope="session")
def parts(table: Table, settings: Settings) -> dict[str, Table]:
    """Split as a run does."""
    return data.split(table, settings)


@pytest.fixture(scope="session")
def model(parts: dict[str, Table], settings: Settings) -> train.Pipeline:
    """Train the model as a run does, without recording it: a second."""
    fitted = train.fit(train.boosted_trees(settings), parts["train"])
    return train.remember(fitted, parts["train"], settings.seed)


@pytest.fixture(scope="session")
def known(parts: dict[str, Table]) -> Table:
    """Make the features of flights that the model has not trained on."""
    return features.to_frame(parts["validation"])


@pytest.fixture(scope="session")
def copy_of_7(model: train.Pipeline, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the file that a service leaves which has taken over version 7."""
    path = tmp_path_factory.mktemp("copy") / champion.COPY.name
    champion.keep_copy(champion.Serving(model, "7", "run-of-7"), path)
    return path


@pytest.fixture
def served(tracked: Path, copy_of_7: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a project whose service has taken over version 7 before, and whose registry is empty now."""
    monkeypatch.setenv("RELOAD_SECONDS", "3600")
    path = tracked / "live" / champion.COPY
    path.parent.mkdir(parents=True)
    shutil.copy(copy_of_7, path)
    return tracked


@pytest.fixture(scope="module")
def service_settings(
    migrated: Path, copy_of_7: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    """Set the environment for one service that answers all tests of a file: with version 7 and an empty registry."""
    folder = tmp_path_factory.mktemp("service")
    path = folder / champion.COPY
    path.parent.mkdir(parents=True)
    shutil.copy(copy_of_7, path)
    database = shutil.copy(migrated, folder / "mlflow.db")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        patch.setenv("LIVE", str(folder))
        patch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{database}")
        patch.setenv("RELOAD_SECONDS", "3600")
        yield


@pytest.fixture(scope="session")
def registry(
    migrated: Path, model: train.Pipeline, settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Make an MLflow database in which the model is version 1 and the champion, once."""
    folder = tmp_path_factory.mktemp("registry")
    database = shutil.copy(migrated, folder / "mlflow.db")
    ours = settings.model_copy(update={"mlflow_tracking_uri": f"sqlite:///{database}"})
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        with tracking.run(ours, "test") as run_id:
            aliases.promote(tracking.register(train.log_model(model), run_id))
    return database


@pytest.fixture
def published(tracked: Path, registry: Path) -> Path:
    """Make a project whose champion is version 1; the files of that version are shared by all tests."""
    shutil.copy(registry, tracked / "mlflow.db")
    return tracked


@pytest.fixture(scope="module")
def port() -> int:
    """Find a port of this machine that is free."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])
