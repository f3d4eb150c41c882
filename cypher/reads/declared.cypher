UNWIND $ids AS id
MATCH (:Alias {id: id})<-[:SUBJECT]-(v:Evidence)
WHERE v.predicate = $same_as AND v.object IN $ids
RETURN id AS left, v.object AS right, v.id AS evidence_id
