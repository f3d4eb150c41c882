// The entities with the most relations, and of which types.
MATCH (e:__Entity__)-[r]-(:__Entity__)
RETURN e.name AS entity, e.type AS type, count(r) AS relations, collect(DISTINCT type(r)) AS predicates
ORDER BY relations DESC, entity
LIMIT 10
