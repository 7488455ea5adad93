CORPUS = Path("data/raw/austen_two_novels.txt.gz")


class Trained(NamedTuple):
    """A small network that has learned something, and what it came from."""

    writer: Any  # checkpoint.Writer
    data: data.Data
    settings: Settings


@pytest.fixture(scope="session")
def novels(settings: Settings) -> Settings:
    """Make settings for the novels that ship and a small network, whatever the project's own are about."""
    text = {"source": CORPUS, "heading": "(?i:chapter) [0-9IVXLC]+", "join_lines": True, "device": "cpu"}
    small = {"vocabulary": 384, "context": 32, "layers": 2, "heads": 2, "width": 32}
    short = {"batch_size": 8, "steps": 120, "muon_rate": 0.02, "adamw_rate": 0.01, "ngram_order": 7}
    return settings.model_copy(update={**text, **small, **short})


@pytest.fixture(scope="session")
def known(novels: Settings, tmp_path_factory: pytest.TempPathFactory) -> data.Data:
    """Prepare the novels as a run does, in a folder of their own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("novels"))
        Path("data").mkdir()
        shutil.copytree(ROOT / "data/raw", "data/raw")
        data.prepare(novels)
        return data.load(novels)


@pytest.fixture(scope="session")
def trained(known: data.Data, novels: Settings, tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """Train a small network for a few seconds: what the tests of behaviour are about."""
    from {{ package_name }}.network import bpe, fit
    from {{ package_name }}.network.checkpoint import Writer

    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("trained"))
        texts = known.texts("train")[:20]
        tokenizer = bpe.Tokenizer(bpe.learn("\n\n".join(texts), novels.vocabulary))
        net, history = fit.fit(novels, tokenizer, texts, lambda _: None)
        return Trained(Writer(net, tokenizer, history), known, novels)


@pytest.fixture
def small(tracked: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make an empty project with the beginning of the novels, a tiny network, and a gate that it can pass."""
    import gzip

    text = gzip.decompress((ROOT / CORPUS).read_bytes()).decode()
    CORPUS.parent.mkdir(parents=True)
    CORPUS.write_bytes(gzip.compress(text[:150_000].encode()))
    raw.CHECKSUMS.write_text(f"{raw.sha256(CORPUS)}  {CORPUS.name}\n", encoding="utf-8")
    tiny = {"VOCABULARY": "300", "CONTEXT": "32", "LAYERS": "2", "HEADS": "2", "WIDTH": "32", "DEVICE": "cpu"}
    text_is = {"SOURCE": CORPUS.as_posix(), "HEADING": "(?i:chapter) [0-9IVXLC]+", "JOIN_LINES": "true"}
    short = {"BATCH_SIZE": "4", "STEPS": "20", "MIN_GAIN": "-10", "BOOTSTRAP_DRAWS": "100"}
    voice = {"VOICE": CORPUS.as_posix(), "VOICE_HEADING": text_is["HEADING"], "FINETUNE_STEPS": "3"}
    for name, value in {**tiny, **text_is, **short, **voice}.items():
        monkeypatch.setenv(name, value)
    return tracked
