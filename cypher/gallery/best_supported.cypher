// The relations that the most documents state.
MATCH (subject:__Entity__)-[r]->(object:__Entity__)
MATCH (v:Evidence {relation_id: r.id})
WITH subject, r, object, count(DISTINCT v.document_id) AS documents, collect(v.quote)[..3] AS quotes
RETURN subject.name AS subject, r.predicate AS predicate, object.name AS object, r.polarity AS polarity, documents,
       r.support AS sentences, quotes
ORDER BY documents DESC, sentences DESC, subject, predicate, object
LIMIT 20
