CREATE INDEX chunk_vector_key IF NOT EXISTS FOR (n:Chunk) ON (n.vector_key)
