    source: Path
    validation_share: Annotated[float, Field(gt=0, lt=0.5)]
    test_share: Annotated[float, Field(gt=0, lt=0.5)]
    image_size: Annotated[int, Field(ge=8, le=512)]
    channels: Annotated[Literal[1, 3], BeforeValidator(int)]  # from the environment it comes as text
    light_on_dark: bool
    max_megapixels: Annotated[float, Field(gt=0)]
    shift_pixels: Annotated[float, Field(ge=0)]
    rotate_degrees: Annotated[float, Field(ge=0, le=180)]
    zoom: Annotated[float, Field(ge=0, lt=1)]
    blur: Annotated[float, Field(ge=0, le=1)]
    noise: Annotated[float, Field(ge=0, le=1)]
    device: Literal["auto", "cpu", "cuda", "mps"]
    batch_size: Annotated[int, Field(gt=0)]
    max_epochs: Annotated[int, Field(gt=0)]
    patience: Annotated[int, Field(gt=0)]
    learning_rate: Annotated[float, Field(gt=0)]
    weight_decay: Annotated[float, Field(ge=0)]
    dropout: Annotated[float, Field(ge=0, lt=1)]
{%- if scale == 'ray' %}
    workers: Annotated[int, Field(gt=0)]
{%- endif %}
{%- if transfer %}
    pretrained: Annotated[str, Field(min_length=1)]
{%- endif %}
    bootstrap_draws: Annotated[int, Field(ge=100)]
    min_score: Annotated[float, Field(le=1)] | None
    min_gain: float
    max_upload_megabytes: Annotated[float, Field(gt=0)]
