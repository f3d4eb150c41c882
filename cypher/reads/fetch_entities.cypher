UNWIND $ids AS id
MATCH (e:__Entity__ {id: id})
CALL (e) {
  MATCH (a:Alias)-[:ALIAS_OF]->(e)
  RETURN collect([a.id, a.name]) AS members
}
CALL (e) {
  MATCH (left:Alias)-[:ALIAS_OF]->(e)
  MATCH (left)-[j:JOINED_WITH]->(right:Alias)
  RETURN collect([left.id, right.id, j.reason, j.score, j.evidence_id]) AS joins
}
RETURN e.id AS id, e.type AS type, e.name AS name, e.description AS description, members, joins
