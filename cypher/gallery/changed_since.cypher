// What changed since a moment: the documents written since, and what they state that no older document does.
WITH datetime() - duration('P1D') AS since
MATCH (d:Document)
WHERE d.written >= since
RETURN d.written AS written, d.name AS document, d.chunks AS chunks, COLLECT {
         MATCH (d)<-[:PART_OF]-(:Chunk)<-[:IN_CHUNK]-(v:Evidence)
         WHERE NOT EXISTS {
           MATCH (:Evidence {relation_id: v.relation_id})-[:IN_CHUNK]->(:Chunk)-[:PART_OF]->(old:Document)
           WHERE old.written < since
         }
         RETURN DISTINCT v.statement ORDER BY v.statement
       } AS new_statements
ORDER BY written DESC, document
