// For the indexes of chunks: the passage, what it states, and what is stated elsewhere of the entities that it names.
MATCH (node)-[:PART_OF]->(d:Document)
RETURN node.text AS text, d.name AS title, d.source AS document, node.start AS start, node.end AS end,
       COLLECT {
         MATCH (v:Evidence)-[:IN_CHUNK]->(node)
         RETURN v {.statement, .quote, .start, .end, document: d.source} ORDER BY v.start, v.id
       } AS evidence,
       COLLECT {
         MATCH (node)-[:HAS_ENTITY]->(:__Entity__)-[r]-(:__Entity__)
         WITH DISTINCT r
         ORDER BY r.support DESC, r.confidence DESC, r.id
         LIMIT 20
         MATCH (v:Evidence {relation_id: r.id})-[:IN_CHUNK]->(c:Chunk)-[:PART_OF]->(other:Document)
         WHERE c <> node
         RETURN v {.statement, .quote, .start, .end, document: other.source} ORDER BY r.support DESC, v.id LIMIT 20
       } AS elsewhere,
       score
ORDER BY score DESC, node.id
