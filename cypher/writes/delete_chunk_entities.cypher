// Chunks that no longer mention an alias of the entity.
UNWIND $ids AS id
MATCH (e:__Entity__ {id: id})<-[h:HAS_ENTITY]-(c:Chunk)
USING INDEX SEEK e:__Entity__(id)
WHERE NOT EXISTS { (c)-[:MENTIONS]->(:Alias)-[:ALIAS_OF]->(e) }
DELETE h
