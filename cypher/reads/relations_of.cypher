// What counts for no relation is left out at the end: asked for earlier, the plan may begin with all evidence that counts for one.
MATCH (d:Document {id: $document_id})<-[:PART_OF]-(:Chunk)<-[:IN_CHUNK]-(v:Evidence)
USING INDEX SEEK d:Document(id)
WITH DISTINCT v.relation_id AS id, v.relation_subject AS subject, v.relation_object AS object
WHERE id IS NOT NULL
RETURN id, subject, object
