// Candidates, with the exact vectors by which the store ranks them; and with each all that have the same vector, because
// from among many equal ones the index finds only some.
CALL db.index.vector.queryNodes('entity_embedding', $limit, $vector) YIELD node, score
WITH node.vector_key AS vector_key, max(score) AS score
ORDER BY score DESC
LIMIT $distinct
MATCH (n:__Entity__)
WHERE n.vector_key = vector_key
RETURN n.id AS id, n.vector AS vector
