// The relations around each entity and the chunks that mention it, best first, at most $limit of each. From an entity only
// other entities are reached: two that stand in one chunk are not thereby connected.
UNWIND $ids AS id
MATCH (e:__Entity__ {id: id})
CALL (e) {
  MATCH (e)-[r:!(HAS_ENTITY|ALIAS_OF)]-(:__Entity__)
  WITH r
  ORDER BY r.confidence DESC, r.support DESC, r.id
  LIMIT $limit
  RETURN collect(r {.*, subject: startNode(r).id, object: endNode(r).id}) AS relations
}
CALL (e) {
  MATCH (c:Chunk)-[:HAS_ENTITY]->(e)
  WITH c.id AS chunk_id
  ORDER BY chunk_id
  LIMIT $limit
  RETURN collect(chunk_id) AS chunk_ids
}
RETURN e.id AS id, relations, chunk_ids
