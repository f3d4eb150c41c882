UNWIND $rows AS row
MATCH (before:Chunk {id: row.before}), (after:Chunk {id: row.after})
CREATE (before)-[:NEXT_CHUNK]->(after)
