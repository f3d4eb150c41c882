UNWIND $rows AS row
MATCH (e:__Entity__ {id: row.entity_id})
UNWIND row.alias_ids AS id
MATCH (a:Alias {id: id})
OPTIONAL MATCH (a)-[before:ALIAS_OF]->(:__Entity__)
DELETE before
CREATE (a)-[:ALIAS_OF]->(e)
