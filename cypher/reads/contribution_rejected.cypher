MATCH (:Document {id: $document_id})<-[:REJECTED_FROM]-(r:Rejected)
RETURN r.chunk_id AS chunk_id, r.record AS record, r.reason AS reason
