// Chunks that mention an alias of the entity.
UNWIND $ids AS id
MATCH (e:__Entity__ {id: id})<-[:ALIAS_OF]-(:Alias)<-[:MENTIONS]-(c:Chunk)
WITH DISTINCT c, e
MERGE (c)-[h:HAS_ENTITY]->(e)
ON CREATE SET h.entity_id = e.id, h.chunk_id = c.id
