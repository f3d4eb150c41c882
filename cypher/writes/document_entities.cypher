// The entities that new documents' chunks mention.
UNWIND $ids AS id
MATCH (:Document {id: id})<-[:PART_OF]-(c:Chunk)-[:MENTIONS]->(:Alias)-[:ALIAS_OF]->(e:__Entity__)
WITH DISTINCT c, e
MERGE (c)-[h:HAS_ENTITY]->(e)
ON CREATE SET h.entity_id = e.id, h.chunk_id = c.id
