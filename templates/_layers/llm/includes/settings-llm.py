    provider: Literal["extractive", "openai", "anthropic"]
    # No password and no query in the address: messages and MLflow show it.
    llm_base_url: Annotated[str, Field(pattern=r"^(https?://[^\s@?#]+)?$")] = ""
    llm_model: str = ""
    llm_api_key: SecretStr = SecretStr("")
    llm_timeout: Annotated[float, Field(gt=0)]
    llm_retries: Annotated[int, Field(ge=0, le=5)]
    usd_per_million_input: Annotated[float, Field(ge=0)]
    usd_per_million_output: Annotated[float, Field(ge=0)]
    prompt: str
    traces: bool
