UNWIND $ids AS id
MATCH (a:Alias {id: id})
OPTIONAL MATCH (a)-[:ALIAS_OF]->(e:__Entity__)
RETURN a.id AS alias_id, coalesce(e.id, '') AS entity_id
