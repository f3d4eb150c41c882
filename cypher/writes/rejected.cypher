MATCH (d:Document {id: $document_id})
UNWIND $rows AS row
CREATE (r:Rejected)-[:REJECTED_FROM]->(d)
SET r = row
