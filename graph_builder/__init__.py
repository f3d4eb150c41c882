"""Documents become a graph: load, chunk, extract, ground, resolve, write."""
