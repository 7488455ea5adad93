    source: Path
    heading: str
    piece: Annotated[int, Field(ge=200)]
    join_lines: bool
    validation_share: Annotated[float, Field(gt=0, lt=0.5)]
    test_share: Annotated[float, Field(gt=0, lt=0.5)]
    vocabulary: Annotated[int, Field(ge=257, le=65536)]
    context: Annotated[int, Field(ge=8, le=4096)]
    layers: Annotated[int, Field(ge=1, le=48)]
    heads: Annotated[int, Field(ge=1, le=48)]
    width: Annotated[int, Field(ge=8, le=4096)]
    device: Literal["auto", "cpu", "cuda", "mps"]
    batch_size: Annotated[int, Field(gt=0)]
    steps: Annotated[int, Field(gt=0)]
    muon_rate: Annotated[float, Field(gt=0)]
    adamw_rate: Annotated[float, Field(gt=0)]
    weight_decay: Annotated[float, Field(ge=0)]
    voice: Path | None
    voice_heading: str
    lora_rank: Annotated[int, Field(ge=1, le=64)]
    finetune_steps: Annotated[int, Field(gt=0)]
{%- if hub == 'peft' %}
    hub_model: Annotated[str, Field(min_length=1)]
{%- endif %}
    ngram_order: Annotated[int, Field(ge=2, le=7)]
    bootstrap_draws: Annotated[int, Field(ge=100)]
    min_score: Annotated[float | None, Field(le=1)]
    min_gain: float
    max_prompt_characters: Annotated[int, Field(gt=0)]
    max_tokens: Annotated[int, Field(gt=0)]
    max_seconds: Annotated[float, Field(gt=0)]
    max_streams: Annotated[int, Field(gt=0)]
