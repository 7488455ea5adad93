"""The only doors to the outside: git, copier, processes, uv, the file system's sharp edges."""
