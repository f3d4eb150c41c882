// Which relations of an entity are best, kept with those that have very many, so that reading need not sort them all.
UNWIND $ids AS id
MATCH (e:__Entity__ {id: id})
CALL (e) {
  MATCH (e)-[r:!(HAS_ENTITY|ALIAS_OF)]-(:__Entity__)
  WITH r
  ORDER BY r.confidence DESC, r.support DESC, r.id
  LIMIT $limit
  RETURN collect(elementId(r)) AS best
}
SET e.best = CASE WHEN size(best) = $limit THEN best END
