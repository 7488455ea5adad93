@app.exception_handler(ProjectError)
def not_ready(_: Request, error: ProjectError) -> JSONResponse:
    """Answer 503 with the command to run."""
    return JSONResponse({"status": "not ready", "detail": str(error)}, status_code=503)
