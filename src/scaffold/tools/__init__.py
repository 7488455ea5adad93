"""The only modules that touch the outside: git, copier, processes, uv, files, forges, the sandbox."""
