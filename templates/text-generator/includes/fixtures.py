class Trained(NamedTuple):
    """A small network that was trained a little, and what it came from."""

    writer: Any  # checkpoint.Writer
    data: data.Data
    settings: Settings


@pytest.fixture(scope="session")
def quick(settings: Settings) -> Settings:
    """Make settings for this project's text and a small network."""
    small = {"device": "cpu", "vocabulary": 384, "context": 32, "layers": 2, "heads": 2, "width": 32}
    short = {"batch_size": 8, "steps": 120, "muon_rate": 0.02, "adamw_rate": 0.01, "ngram_order": 7}
    return settings.model_copy(update={**small, **short})


@pytest.fixture(scope="session")
def known(quick: Settings, tmp_path_factory: pytest.TempPathFactory) -> data.Data:
    """Prepare the text as a run does, in a folder of its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("text"))
        Path("data").mkdir()
        shutil.copytree(ROOT / "data/raw", "data/raw")
        data.prepare(quick)
        return data.load(quick)


@pytest.fixture(scope="session")
def trained(known: data.Data, quick: Settings, tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """Train a small network for a few seconds: what the tests of behaviour are about."""
    from {{ package_name }}.network import bpe, fit
    from {{ package_name }}.network.checkpoint import Writer

    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("trained"))
        texts = known.texts("train")[:20]
        tokenizer = bpe.Tokenizer(bpe.learn("\n\n".join(texts), quick.vocabulary))
        net, history = fit.fit(quick, tokenizer, texts, lambda _: None)
        return Trained(Writer(net, tokenizer, history), known, quick)


@pytest.fixture
def small(known: data.Data, tracked: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make an empty project with a part of the text, a tiny network, and a gate that it can pass."""
    folder = Path("data/texts")
    folder.mkdir(parents=True)
    whole = "\n\n".join(known.texts("train"))[:150_000]
    for number, piece in enumerate(text.pages(whole, min(5000, len(whole) // 12))):
        (folder / f"{number:02}.txt").write_text(piece, encoding="utf-8")
    tiny = {"VOCABULARY": "300", "CONTEXT": "32", "LAYERS": "2", "HEADS": "2", "WIDTH": "32", "DEVICE": "cpu"}
    text_is = {"SOURCE": "data/texts", "HEADING": "(?!)", "PIECE": "10000", "JOIN_LINES": "false"}
    short = {"BATCH_SIZE": "4", "STEPS": "20", "MIN_GAIN": "-10", "BOOTSTRAP_DRAWS": "100"}
    voice = {"VOICE": "data/texts", "VOICE_HEADING": "(?!)", "FINETUNE_STEPS": "3"}
    for name, value in {**tiny, **text_is, **short, **voice}.items():
        monkeypatch.setenv(name, value)
    return tracked
