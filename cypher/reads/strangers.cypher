// Nodes under our labels; where there is no meta node, they are another program's.
MATCH (n:Document|Chunk|Evidence|Alias|__Entity__)
RETURN labels(n)[0] AS label
LIMIT 1
