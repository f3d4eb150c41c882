// Chunks that mention an alias of the entity.
UNWIND $ids AS id
MATCH (e:__Entity__ {id: id})<-[:ALIAS_OF]-(:Alias)<-[:MENTIONS]-(c:Chunk)
USING INDEX SEEK e:__Entity__(id)
WITH DISTINCT c, e
MERGE (c)-[:HAS_ENTITY]->(e)
