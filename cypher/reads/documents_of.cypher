MATCH (d:Document {source: $source})
RETURN d.id AS id, d.recipe AS recipe
ORDER BY id
