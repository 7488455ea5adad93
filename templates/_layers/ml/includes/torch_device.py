def choose_device(wanted: str) -> torch.device:
    """Return the device to compute on: `auto` takes an NVIDIA or Apple graphics chip where torch finds one.

    Raises
    ------
    ProjectError
        If this machine, or this build of torch, lacks the device.
    """
    there = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if wanted == "auto":
        return torch.device(next(name for name, found in there.items() if found))
    if not there[wanted]:
        message = f"setting `device`: torch {torch.__version__} finds no {wanted} on this machine"
        raise ProjectError(message)
    return torch.device(wanted)
