CREATE INDEX entity_vector_key IF NOT EXISTS FOR (n:__Entity__) ON (n.vector_key)
