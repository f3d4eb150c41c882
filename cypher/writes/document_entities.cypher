// The entities that new documents' chunks mention.
UNWIND $ids AS id
MATCH (:Document {id: id})<-[:PART_OF]-(c:Chunk)-[:MENTIONS]->(:Alias)-[:ALIAS_OF]->(e:__Entity__)
WITH DISTINCT c, e
MERGE (c)-[:HAS_ENTITY]->(e)
