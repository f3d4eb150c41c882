// What two entities have to do with each other, down to the ground: sentences, passages and documents, as a graph.
WITH 'clarithromycin' AS first, 'CYP3A4' AS second
MATCH (:Alias {normalised: replace(toLower(first), '-', ' ')})-[:ALIAS_OF]->(a:__Entity__)
MATCH (:Alias {normalised: replace(toLower(second), '-', ' ')})-[:ALIAS_OF]->(b:__Entity__)
WITH DISTINCT a, b
MATCH (a)-[r]-(b)
MATCH path = (d:Document)<-[:PART_OF]-(:Chunk)<-[:IN_CHUNK]-(v:Evidence {relation_id: r.id})-[:SUBJECT|OBJECT]->(:Alias)-[:ALIAS_OF]->(:__Entity__)
RETURN path, v.quote AS quote, v.start AS start, v.end AS end, d.source AS source, r AS relation
ORDER BY source, start, quote
