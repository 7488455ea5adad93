"""Templates: assembled from layers, released, found in catalogs, rendered."""
