MATCH (d:Document {id: $document_id})<-[:PART_OF]-(c:Chunk)-[m:MENTIONS]->(a:Alias)
USING INDEX SEEK d:Document(id)
RETURN a.id AS alias_id, c.id AS chunk_id, m.starts AS starts, m.ends AS ends
