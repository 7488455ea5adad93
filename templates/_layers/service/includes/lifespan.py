{#- `ready`, set by the file that includes this, is the call that loads what answers. -#}
@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    """Load what answers before the first request, which need not wait for it then."""
    with suppress(ProjectError):
        {{ ready }}
    yield
