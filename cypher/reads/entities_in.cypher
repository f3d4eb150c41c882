UNWIND $ids AS id
MATCH (c:Chunk {id: id})-[:HAS_ENTITY]->(e:__Entity__)
RETURN c.id AS id, collect(DISTINCT e.id) AS entity_ids
