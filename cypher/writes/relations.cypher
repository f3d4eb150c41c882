// A MERGE whose type is a parameter looks at every relationship of the graph. So does a pattern between nodes that are known
// when it is planned while the graph is empty: the hints see to it that what is there is looked for between its two ends. The
// writers' lock keeps others from making it meanwhile.
UNWIND $rows AS row
MATCH (subject:__Entity__ {id: row.subject})
MATCH (object:__Entity__ {id: row.object})
OPTIONAL MATCH (from:__Entity__ {id: row.subject})-[held {id: row.properties.id}]->(to:__Entity__ {id: row.object})
USING INDEX SEEK from:__Entity__(id)
USING INDEX SEEK to:__Entity__(id)
FOREACH (_ IN CASE WHEN held IS NULL THEN [1] ELSE [] END |
  CREATE (subject)-[r:$(row.type)]->(object)
  SET r = row.properties
)
FOREACH (r IN CASE WHEN held IS NULL THEN [] ELSE [held] END | SET r = row.properties)
