UNWIND $rows AS row
MERGE (e:__Entity__ {id: row.properties.id})
SET e += row.properties
SET e:$(row.label)
WITH e, row
CALL db.create.setNodeVectorProperty(e, 'embedding', row.embedding)
