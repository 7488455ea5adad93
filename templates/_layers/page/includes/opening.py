def listen(port: int) -> socket.socket:
    """Take a port of this machine: the one that was asked for, or any other if that is in use."""
    listener = socket.socket()
    # Else a port is blocked for a minute after its last use. On Windows the same word lets two programs share one.
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, int(sys.platform != "win32"))
    try:
        listener.bind(("127.0.0.1", port))
    except OSError:
        listener.bind(("127.0.0.1", 0))
    listener.listen()
    return listener


def show(url: str) -> None:
    """Open the page, unless this is a Linux without a desktop: a browser in the terminal would hide the service."""
    if sys.platform != "linux" or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        webbrowser.open(url)


def open_page(app: FastAPI, port: int) -> None:
    """Serve an application on this machine and open its page, until Ctrl-C."""
    with listen(port) as listener, suppress(KeyboardInterrupt):
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        typer.echo(f"The page is on {url}; stop it with Ctrl-C.")
        show(url)  # the browser's first request waits at the port until the service has started
        uvicorn.Server(uvicorn.Config(app, log_level="warning")).run(sockets=[listener])
