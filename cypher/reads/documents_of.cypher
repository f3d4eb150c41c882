MATCH (d:Document)
WHERE d.source IN $sources
RETURN d.source AS source, d.id AS id, d.recipe AS recipe
ORDER BY id
