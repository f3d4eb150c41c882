// What the documents call possible ("may inhibit"), with the sentence.
MATCH (subject:__Entity__)-[r {modality: 'possible'}]->(object:__Entity__)
MATCH (v:Evidence {relation_id: r.id})
RETURN subject.name AS subject, r.predicate AS predicate, object.name AS object, r.polarity AS polarity, v.quote AS quote
ORDER BY subject, predicate, object, quote
