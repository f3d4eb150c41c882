UNWIND $rows AS row
MATCH (d:Document {id: row.document_id})
CREATE (r:Rejected)-[:REJECTED_FROM]->(d)
SET r = row.properties
