// For the indexes of evidence: the statement, its sentence, where that stands, and the passage around it.
MATCH (node)-[:IN_CHUNK]->(c:Chunk)-[:PART_OF]->(d:Document)
RETURN node.quote AS text, node.statement AS statement, node.polarity AS polarity, node.modality AS modality,
       d.source AS document, node.start AS start, node.end AS end, c.text AS passage, score
ORDER BY score DESC, node.id
