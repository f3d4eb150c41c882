UNWIND $ids AS id
MATCH (e:__Entity__ {id: id})<-[:ALIAS_OF]-(left:Alias)-[j:JOINED_WITH]->(right:Alias)
USING INDEX SEEK e:__Entity__(id)
RETURN id AS entity_id, left.id AS left, right.id AS right, j.reason AS reason, j.score AS score,
       j.evidence_id AS evidence_id
