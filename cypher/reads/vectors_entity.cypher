UNWIND $ids AS id
MATCH (n:__Entity__ {id: id})
RETURN n.id AS id, n.vector AS vector
