// The entities that new documents' chunks mention.
UNWIND $ids AS id
MATCH (d:Document {id: id})<-[:PART_OF]-(c:Chunk)-[:MENTIONS]->(:Alias)-[:ALIAS_OF]->(e:__Entity__)
USING INDEX SEEK d:Document(id)
WITH DISTINCT c, e
MERGE (c)-[:HAS_ENTITY]->(e)
