def refusal(gate: dict[str, Any]) -> str:
    """Say why the gate refused a network, and which setting decides."""
    low = "below the floor" in gate["reason"]
    setting = f"`{'min_score' if low else 'min_gain'}` in {SETTINGS_FILE.as_posix()}"
    text = f"Gate failed: {gate['reason']}. {setting} sets what the gate asks."
    return text if low or gate["signal"] else f"{text} {NO_GAIN}."
