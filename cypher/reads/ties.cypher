// All relations between the two entities of each pair, either way round.
UNWIND $pairs AS pair
MATCH (one:__Entity__ {id: pair[0]})
USING INDEX SEEK one:__Entity__(id)
MATCH (other:__Entity__ {id: pair[1]})
USING INDEX SEEK other:__Entity__(id)
MATCH (one)-[r:!(HAS_ENTITY|ALIAS_OF)]-(other)
WITH DISTINCT properties(r) AS held, startNode(r).id AS subject, endNode(r).id AS object
ORDER BY held.id
RETURN [
  held.id, subject, held.predicate, object, held.polarity, held.modality, held.qualifiers, held.confidence, held.extractor,
  held.evidence_ids
] AS relation
