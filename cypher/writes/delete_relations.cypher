UNWIND $rows AS row
MATCH (subject:__Entity__ {id: row.subject})-[r {id: row.id}]->(object:__Entity__ {id: row.object})
USING INDEX subject:__Entity__(id)
USING INDEX object:__Entity__(id)
DELETE r
