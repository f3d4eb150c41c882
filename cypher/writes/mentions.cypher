UNWIND $rows AS row
MATCH (c:Chunk {id: row.chunk_id}), (a:Alias {id: row.alias_id})
CREATE (c)-[:MENTIONS {starts: row.starts, ends: row.ends}]->(a)
