UNWIND $rows AS row
MATCH (c:Chunk {id: row.properties.chunk_id})
MATCH (subject:Alias {id: row.properties.subject}), (object:Alias {id: row.properties.object})
CREATE (v:Evidence)-[:IN_CHUNK]->(c), (v)-[:SUBJECT]->(subject), (v)-[:OBJECT]->(object)
SET v = row.properties
WITH v, row
CALL db.create.setNodeVectorProperty(v, 'embedding', row.embedding)
