// Candidates, with the exact vectors by which the store ranks them.
CALL db.index.vector.queryNodes($index, $limit, $vector) YIELD node
RETURN node.id AS id, node.vector AS vector
