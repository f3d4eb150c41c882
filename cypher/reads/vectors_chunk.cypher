UNWIND $ids AS id
MATCH (n:Chunk {id: id})
RETURN n.id AS id, n.vector AS vector
