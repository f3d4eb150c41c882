UNWIND $ids AS id
MATCH (n:Evidence {id: id})
RETURN n.id AS id, n.vector AS vector
