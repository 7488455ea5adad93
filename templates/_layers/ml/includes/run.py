def run(*words: str, **environment: str) -> Result:
    """Call a verb as a person does, with settings in the environment."""
    result = CliRunner().invoke(app, [*words], env=environment)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result
