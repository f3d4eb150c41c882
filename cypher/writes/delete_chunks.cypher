MATCH (d:Document {id: $document_id})<-[:PART_OF]-(c:Chunk)
USING INDEX SEEK d:Document(id)
WITH c, c.term_count AS terms
DETACH DELETE c
RETURN count(*) AS texts, coalesce(sum(terms), 0) AS terms
