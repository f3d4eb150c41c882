// Neo4j knows these numbers without looking at a node. From an entity no relationship but a relation goes out.
CALL () { MATCH (n:Document) RETURN count(n) AS documents }
CALL () { MATCH (n:Chunk) RETURN count(n) AS chunks }
CALL () { MATCH (n:__Entity__) RETURN count(n) AS entities }
CALL () { MATCH (:__Entity__)-[r]->() RETURN count(r) AS relations }
CALL () { MATCH (n:Evidence) RETURN count(n) AS evidence }
CALL () { MATCH (n:Rejected) RETURN count(n) AS quarantined }
RETURN documents, chunks, entities, relations, evidence, quarantined
