// Aliases that no mention and no evidence names any more.
UNWIND $ids AS id
MATCH (a:Alias {id: id})
WHERE NOT EXISTS { (a)<-[:MENTIONS|SUBJECT|OBJECT]-() }
DETACH DELETE a
