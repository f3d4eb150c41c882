MATCH (d:Document {id: $document_id})<-[:REJECTED_FROM]-(r:Rejected)
USING INDEX SEEK d:Document(id)
RETURN r.chunk_id AS chunk_id, r.record AS record, r.reason AS reason
