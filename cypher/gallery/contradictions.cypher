// What one sentence affirms and another denies, both quoted.
MATCH (subject:__Entity__)-[yes {polarity: 'affirmed'}]->(object:__Entity__)
MATCH (subject)-[no {polarity: 'negated'}]->(object)
WHERE yes.predicate = no.predicate
MATCH (affirms:Evidence {relation_id: yes.id})-[:IN_CHUNK]->(:Chunk)-[:PART_OF]->(affirming:Document)
MATCH (denies:Evidence {relation_id: no.id})-[:IN_CHUNK]->(:Chunk)-[:PART_OF]->(denying:Document)
RETURN subject.name AS subject, yes.predicate AS predicate, object.name AS object, yes.modality AS modality,
       affirms.quote AS affirmed, affirming.name AS affirmed_in, denies.quote AS denied, denying.name AS denied_in
ORDER BY subject, predicate, object, affirmed, denied
