    bootstrap_draws: Annotated[int, Field(ge=100)]
