UNWIND $names AS name
CALL (name) {
  MATCH (a:Alias)
  WHERE a.normalised = name
  RETURN a
  UNION
  MATCH (a:Alias)
  WHERE a.normalised_canonical = name
  RETURN a
}
MATCH (a)-[:ALIAS_OF]->(e:__Entity__)
RETURN name, collect(DISTINCT e.id) AS ids
