UNWIND $ids AS id
MATCH (c:Chunk {id: id})
RETURN c.id AS id, c.terms AS terms
