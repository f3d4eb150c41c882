// Chunks that mention an alias of the entity.
UNWIND $ids AS id
MATCH (e:__Entity__ {id: id})<-[:ALIAS_OF]-(:Alias)<-[:MENTIONS]-(c:Chunk)
WITH DISTINCT c, e
MERGE (c)-[:HAS_ENTITY]->(e)
