"""The things scaffold works with: manifests, catalogs, releases, projects, answers."""
