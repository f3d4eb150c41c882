// These aliases, and those that share an entity, a name, a block or a declaration with one of them.
UNWIND $ids AS id
MATCH (given:Alias {id: id})
CALL (given) {
  RETURN given AS a
  UNION
  MATCH (given)-[:ALIAS_OF]->(:__Entity__)<-[:ALIAS_OF]-(a:Alias)
  RETURN a
  UNION
  MATCH (a:Alias)
  WHERE a.normalised IN [given.normalised, given.normalised_canonical]
  RETURN a
  UNION
  MATCH (a:Alias)
  WHERE a.normalised_canonical IN [given.normalised, given.normalised_canonical]
  RETURN a
  UNION
  MATCH (a:Alias)
  WHERE a.block = given.block
  RETURN a
  UNION
  MATCH (given)<-[:SUBJECT|OBJECT]-(v:Evidence)-[:SUBJECT|OBJECT]->(a:Alias)
  WHERE v.predicate = $same_as
  RETURN a
}
WITH DISTINCT a
OPTIONAL MATCH (a)-[:ALIAS_OF]->(e:__Entity__)
RETURN a.id AS id, a.name AS name, a.type AS type, a.canonical AS canonical, a.vector AS vector,
       coalesce(e.id, '') AS entity_id
