CREATE INDEX evidence_vector_key IF NOT EXISTS FOR (n:Evidence) ON (n.vector_key)
