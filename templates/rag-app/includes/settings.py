    knowledge_base: Path
    questions_file: Path
    index_folder: Path
    max_file_mb: Annotated[int, Field(ge=1)]
    max_pages_pdf: Annotated[int, Field(ge=1)]
    passage_chars: Annotated[int, Field(ge=200, le=4000)]
    overlap_sentences: Annotated[int, Field(ge=0, le=5)]
    embedder: Literal["minilm", "lsa", "model2vec", "sentence-transformers", "openai"]
    embedder_model: str = ""
    embedding_base_url: str = ""
    embedding_api_key: SecretStr = SecretStr("")
    retriever: Literal["keyword", "bm25", "vector", "hybrid", "rerank"]
    top_k: Annotated[int, Field(ge=1, le=20)]
    max_question_chars: Annotated[int, Field(ge=20, le=4000)]
    max_sentences: Annotated[int, Field(ge=1, le=10)]
{% include 'includes/settings-llm.py' ignore missing %}
    bootstrap_draws: Annotated[int, Field(ge=100)]
    min_score: float | None
    min_gain: float | None
    min_citation_precision: Annotated[float, Field(ge=0, le=1)] | None
    min_abstain_accuracy: Annotated[float, Field(ge=0, le=1)] | None
