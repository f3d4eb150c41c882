// For the indexes of entities: the entity, and what is stated of it.
RETURN node.name AS name, node.type AS type, node.aliases AS aliases,
       COLLECT {
         MATCH (node)-[r]-(:__Entity__)
         WITH r
         ORDER BY r.support DESC, r.confidence DESC, r.id
         LIMIT 20
         MATCH (v:Evidence {relation_id: r.id})-[:IN_CHUNK]->(:Chunk)-[:PART_OF]->(d:Document)
         RETURN v {.statement, .quote, .start, .end, document: d.source} ORDER BY r.support DESC, v.id LIMIT 20
       } AS evidence,
       score
ORDER BY score DESC, node.id
