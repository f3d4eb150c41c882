// The sentences that state the most relations.
MATCH (v:Evidence)-[:IN_CHUNK]->(:Chunk)-[:PART_OF]->(d:Document)
WITH d, v.start AS start, v.quote AS quote, collect(v.statement) AS statements
RETURN d.name AS document, quote, size(statements) AS relations, statements
ORDER BY relations DESC, document, start
LIMIT 20
