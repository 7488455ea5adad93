@cache
def champion() -> tracking.Champion:
    """Load the model in use, once; as long as there is none, every call looks for it."""
    return tracking.champion(load_settings())
