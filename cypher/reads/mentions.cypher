UNWIND $ids AS id
MATCH (c:Chunk {id: id})-[m:MENTIONS]->(a:Alias)-[:ALIAS_OF]->(e:__Entity__)
USING INDEX SEEK c:Chunk(id)
RETURN c.id AS id, e.id AS entity_id, m.starts AS starts, m.ends AS ends, a.normalised AS name
