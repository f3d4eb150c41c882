UNWIND $rows AS row
MATCH (subject:__Entity__ {id: row.subject}), (object:__Entity__ {id: row.object})
MERGE (subject)-[r:$(row.type) {id: row.properties.id}]->(object)
SET r = row.properties
