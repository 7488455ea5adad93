def numbered(scope: Message) -> str:
    """Give a request its number: the one that it came with, unless that could do harm in a log."""
    given = dict(scope["headers"]).get(b"x-request-id", b"").decode("latin-1")
    request_id = given if REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
    scope.setdefault("state", {})["request_id"] = request_id
    return request_id


def counted(receive: Receive) -> Receive:
    """Count the body of a request while it arrives: of one that is too large no more is read than is allowed."""
    size = 0

    async def part() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > MAX_BODY_BYTES:
            raise HTTPException(413, f"The body of a request may have {MAX_BODY_BYTES:,} bytes.")
        return message

    return part
