MATCH (r:Rejected)
RETURN r.chunk_id AS chunk_id, r.record AS record, r.reason AS reason
ORDER BY chunk_id, record, reason
