// The vector indexes that there are, with their dimensions.
SHOW VECTOR INDEXES YIELD name, options
RETURN name, options.indexConfig['vector.dimensions'] AS dim
