// What the documents deny ("does not inhibit"), with the sentence.
MATCH (subject:__Entity__)-[r {polarity: 'negated'}]->(object:__Entity__)
MATCH (v:Evidence {relation_id: r.id})-[:IN_CHUNK]->(:Chunk)-[:PART_OF]->(d:Document)
RETURN subject.name AS subject, r.predicate AS predicate, object.name AS object, v.quote AS quote, d.name AS document
ORDER BY subject, predicate, object, quote
