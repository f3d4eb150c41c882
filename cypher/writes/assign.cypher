// The relation that evidence counts for, with that relation's ends: a relation is found from one of them.
UNWIND $rows AS row
MATCH (v:Evidence {id: row.evidence_id})
MATCH (v)-[:SUBJECT]->(:Alias)-[:ALIAS_OF]->(subject:__Entity__)
MATCH (v)-[:OBJECT]->(:Alias)-[:ALIAS_OF]->(object:__Entity__)
SET v.relation_id = row.relation_id, v.relation_subject = subject.id, v.relation_object = object.id
