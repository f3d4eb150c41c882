UNWIND $rows AS row
MATCH (subject:__Entity__ {id: row.subject})-[r {id: row.id}]->(object:__Entity__ {id: row.object})
USING INDEX SEEK subject:__Entity__(id)
USING INDEX SEEK object:__Entity__(id)
DELETE r
