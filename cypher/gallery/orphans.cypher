// Entities without a relation, those named in the most chunks first: where extraction may have missed something.
MATCH (e:__Entity__)
WHERE NOT EXISTS { (e)--(:__Entity__) }
RETURN e.name AS entity, e.type AS type, COUNT { (:Chunk)-[:HAS_ENTITY]->(e) } AS chunks
ORDER BY chunks DESC, entity, type
LIMIT 100
