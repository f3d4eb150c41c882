// The relation that evidence counts for, with that relation's ends: a relation is found from one of them. The hint keeps the plan,
// which is made anew while the graph grows, from looking at all evidence for each row.
UNWIND $rows AS row
MATCH (v:Evidence {id: row.evidence_id})
USING INDEX SEEK v:Evidence(id)
MATCH (v)-[:SUBJECT]->(:Alias)-[:ALIAS_OF]->(subject:__Entity__)
MATCH (v)-[:OBJECT]->(:Alias)-[:ALIAS_OF]->(object:__Entity__)
SET v.relation_id = row.relation_id, v.relation_subject = subject.id, v.relation_object = object.id
