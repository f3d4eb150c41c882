MATCH (:Document {id: $document_id})<-[:PART_OF]-(c:Chunk)
WITH c, c.term_count AS terms
DETACH DELETE c
RETURN count(*) AS texts, coalesce(sum(terms), 0) AS terms
