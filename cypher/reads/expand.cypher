// The relations around each entity, best first, at most $limit. From an entity only other entities are reached: two that stand
// in one chunk are not thereby connected. An entity with very many relations knows its best ones (writes/best); where they are
// not found, as in a copy of the database with new internal ids, all are sorted.
UNWIND $ids AS id
MATCH (e:__Entity__ {id: id})
CALL (e) {
  UNWIND coalesce(e.best, [])[..$limit] AS known
  MATCH ()-[r]->()
  WHERE elementId(r) = known AND e IN [startNode(r), endNode(r)]
  RETURN collect(r) AS known
}
CALL (e, known) {
  WITH e, known
  WHERE size(known) < $limit
  MATCH (e)-[r:!(HAS_ENTITY|ALIAS_OF)]-(:__Entity__)
  WITH r
  ORDER BY r.confidence DESC, r.support DESC, r.id
  LIMIT $limit
  RETURN collect(r) AS best
}
WITH e, CASE WHEN size(known) < $limit THEN best ELSE known END AS best
CALL (best) {
  UNWIND best AS r
  WITH properties(r) AS held, startNode(r).id AS subject, endNode(r).id AS object
  RETURN collect([
    held.id, subject, held.predicate, object, held.polarity, held.modality, held.qualifiers, held.confidence, held.extractor,
    held.evidence_ids
  ]) AS relations
}
RETURN e.id AS id, relations
