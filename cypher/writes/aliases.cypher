UNWIND $rows AS row
MERGE (a:Alias {id: row.id})
ON CREATE SET a += row
