MATCH (d:Document {id: $document_id})
OPTIONAL MATCH (r:Rejected)-[:REJECTED_FROM]->(d)
DETACH DELETE r, d
