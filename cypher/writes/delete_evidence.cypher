MATCH (d:Document {id: $document_id})<-[:PART_OF]-(:Chunk)<-[:IN_CHUNK]-(v:Evidence)
USING INDEX SEEK d:Document(id)
WITH v, v.term_count AS terms
DETACH DELETE v
RETURN count(*) AS texts, coalesce(sum(terms), 0) AS terms
