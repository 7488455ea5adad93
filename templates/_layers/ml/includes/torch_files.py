def write(path: Path, content: dict[str, Any]) -> None:
    """Write tensors and plain values to a file; a crash in the middle leaves the file as it was before."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".part")
    torch.save(content, unfinished)
    unfinished.replace(path)


def read(path: Path) -> dict[str, Any]:
    """Read what `write` wrote; tensors arrive on the CPU.

    Raises
    ------
    ProjectError
        If the file is no checkpoint, or ends too early.
    """
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except (EOFError, OSError, RuntimeError, ValueError, pickle.UnpicklingError) as error:
        reason = str(error).splitlines()[0] if str(error) else "it is empty"
        message = f"{path.as_posix()} is no checkpoint, or broken ({reason}): delete it and train again"
        raise ProjectError(message) from error
    if not isinstance(content, dict):
        message = f"{path.as_posix()} is no checkpoint: delete it and train again"
        raise ProjectError(message)
    return content
