CALL db.index.fulltext.queryNodes($index, $words, {limit: $limit}) YIELD node
RETURN node.id AS id, node.terms AS terms
