MATCH (:Document {id: $document_id})<-[:PART_OF]-(:Chunk)<-[:IN_CHUNK]-(v:Evidence)
WHERE v.relation_id IS NOT NULL
RETURN DISTINCT v.relation_id AS id, v.relation_subject AS subject, v.relation_object AS object
