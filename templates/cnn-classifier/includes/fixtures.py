TABLE = Path("data/raw/{{ 'digits' if dataset else 'mnist_5k' }}.csv.gz")


{% if dataset -%}
def digits_table() -> str:
    """Write scikit-learn's digits as a table of 28 x 28 pixels: the tests train on the same in every project."""
    from sklearn.datasets import load_digits

    found = load_digits()
    large = np.pad(np.kron(found.images, np.ones((3, 3))), ((0, 0), (2, 2), (2, 2))) * 255 / 16
    rows = np.column_stack([large.reshape(len(large), -1), found.target]).astype(int)
    return "\n".join(",".join(map(str, row)) for row in rows.tolist())
{%- else -%}
def digits_table() -> str:
    """Read the digits that ship: 28 x 28 pixels and a class in every line."""
    import gzip

    return gzip.decompress((ROOT / TABLE).read_bytes()).decode()
{%- endif %}


def place_digits(every: int = 1) -> None:
    """Put every digit, or some of them, into the project in the current folder."""
    import gzip

    TABLE.parent.mkdir(parents=True)
    TABLE.write_bytes(gzip.compress("\n".join(digits_table().splitlines()[::every]).encode()))
    raw.CHECKSUMS.write_text(f"{raw.sha256(TABLE)}  {TABLE.name}\n", encoding="utf-8")


class Trained(NamedTuple):
    """A trained network with its history, its exported file, its data and its settings."""

    net: Any  # torch's module
    history: list[dict[str, float]]
    onnx: Path
    data: data.Data
    settings: Settings


@pytest.fixture(scope="session")
def digits(settings: Settings) -> Settings:
    """Make the settings for the digits{{ ', whatever the project\'s own are about' if dataset }}."""
    changed = {"source": TABLE, "image_size": 28, "channels": 1, "device": "cpu"}
    return settings.model_copy(update={**changed, "light_on_dark": True, "batch_size": 64})


@pytest.fixture(scope="session")
def known(digits: Settings, tmp_path_factory: pytest.TempPathFactory) -> data.Data:
    """Prepare the digits as a run does, in a folder of their own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("digits"))
        place_digits()
        data.prepare(digits)
        return data.load(digits)


@pytest.fixture(scope="session")
def few(known: data.Data) -> data.Data:
    """Take some images of each part, for what has to go fast."""
    parts = {}
    for name, part in known.parts.items():
        every = slice(None, None, {{ 4 if dataset else 10 }})
        parts[name] = data.Split(
            part.images[every], part.labels[every], part.groups[every], part.names[every]
        )
    return known._replace(parts=parts)


@pytest.fixture(scope="session")
def trained(known: data.Data, digits: Settings, tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """Train for {{ 'five' if dataset else 'two' }} epochs, and export: the tests of behaviour use it."""
    import torch

    from {{ package_name }} import train
    from {{ package_name }}.images.files import to_float
    from {{ package_name }}.network import export, fit

    settings = digits.model_copy(update={"max_epochs": {{ 5 if dataset else 2 }}})
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("trained"))
        net, history = fit.fit(settings, known, lambda _: None)
        sample = torch.from_numpy(to_float(known.parts["validation"].images[:32]))
        export.to_onnx(net, train.EXPORTED, sample, train.about(settings, known, history))
        return Trained(net, history, train.EXPORTED.resolve(), known, settings)


@pytest.fixture
def small(tracked: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make an empty project with some four hundred digits, two epochs, and a gate that they can pass."""
    place_digits(every={{ 4 if dataset else 12 }})
    digits = {"SOURCE": TABLE.as_posix(), "IMAGE_SIZE": "28", "CHANNELS": "1", "LIGHT_ON_DARK": "true"}
    short = {"MAX_EPOCHS": "2", "MIN_SCORE": "0", "MIN_GAIN": "-1", "BOOTSTRAP_DRAWS": "100", "DEVICE": "cpu"}
    for name, value in {**digits, **short}.items():
        monkeypatch.setenv(name, value)
    return tracked
