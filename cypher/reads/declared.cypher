UNWIND $ids AS id
MATCH (subject:Alias {id: id})<-[:SUBJECT]-(v:Evidence)-[:OBJECT]->(object:Alias)
WHERE v.predicate = $same_as AND object.id IN $ids
RETURN subject.id AS left, object.id AS right, v.id AS evidence_id
