// Nodes are counted by label, which Neo4j knows without looking at them.
CALL () { MATCH (n:Document) RETURN count(n) AS documents }
CALL () { MATCH (n:Chunk) RETURN count(n) AS chunks }
CALL () { MATCH (n:__Entity__) RETURN count(n) AS entities }
CALL () { MATCH (:__Entity__)-[r]->(:__Entity__) RETURN count(r) AS relations }
CALL () { MATCH (n:Evidence) RETURN count(n) AS evidence }
CALL () { MATCH (n:Rejected) RETURN count(n) AS quarantined }
RETURN documents, chunks, entities, relations, evidence, quarantined
