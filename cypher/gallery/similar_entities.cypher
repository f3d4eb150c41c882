// The entities whose names are nearest to one entity's by vector.
WITH 'CYP2C9' AS name
MATCH (:Alias {normalised: replace(toLower(name), '-', ' ')})-[:ALIAS_OF]->(e:__Entity__)
WITH DISTINCT e
CALL db.index.vector.queryNodes('entity_embedding', 11, e.embedding) YIELD node, score
WHERE node <> e
RETURN node.name AS entity, node.type AS type, score
ORDER BY score DESC, entity
