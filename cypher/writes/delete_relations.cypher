UNWIND $rows AS row
MATCH (:__Entity__ {id: row.subject})-[r {id: row.id}]->(:__Entity__ {id: row.object})
DELETE r
