# Runs a tool of this project's environment: sh .hooks/run.sh TOOL [ARGUMENT...]
# The PATH of `git commit` need not hold the environment, nor uv.
PATH=.venv/bin:.venv/Scripts:$PATH:.tools/bin
if command -v "$1" >/dev/null; then exec "$@"; fi
# New in uv.lock and not installed yet, as after an update.
if command -v uv >/dev/null; then exec uv run --quiet "$@"; fi
echo "$1 is not installed: run \`make setup\`, or \`uv sync\` where there is no make." >&2
exit 1
