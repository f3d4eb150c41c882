// The hint holds the plan to the aliases: made while there is little evidence, it would look at all of it for each alias.
UNWIND $ids AS id
MATCH (given:Alias {id: id})<-[:SUBJECT]-(v:Evidence)
USING INDEX SEEK given:Alias(id)
WHERE v.predicate = $same_as AND v.object IN $ids
RETURN id AS left, v.object AS right, v.id AS evidence_id
