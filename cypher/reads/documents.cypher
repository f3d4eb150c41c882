MATCH (d:Document)
RETURN d.id AS id, d.name AS name, d.source AS source, d.recipe AS recipe, d.chunks AS chunks
ORDER BY source, id
