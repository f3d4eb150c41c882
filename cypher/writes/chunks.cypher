UNWIND $rows AS row
MATCH (d:Document {id: row.properties.document_id})
CREATE (c:Chunk)-[:PART_OF]->(d)
SET c = row.properties
WITH d, c, row
CALL db.create.setNodeVectorProperty(c, 'embedding', row.embedding)
FOREACH (_ IN CASE WHEN row.first THEN [1] ELSE [] END | CREATE (d)-[:FIRST_CHUNK]->(c))
