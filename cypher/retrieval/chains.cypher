// For the indexes of chunks: chains of two relations from what the passage names, each hop with a sentence that states it.
// A negated relation is not walked. The best 20 first hops and the best 20 chains of each passage.
CALL (node) {
  MATCH (node)-[:HAS_ENTITY]->(a:__Entity__)-[r {polarity: 'affirmed'}]-(via:__Entity__)
  WITH a, r, via
  ORDER BY r.confidence DESC, r.support DESC, r.id
  LIMIT 20
  MATCH (via)-[s {polarity: 'affirmed'}]-(b:__Entity__)
  WHERE b <> a
  WITH a, r, via, s, b
  ORDER BY r.confidence * s.confidence DESC, r.support + s.support DESC, r.id, s.id
  LIMIT 20
  WITH [a.name, via.name, b.name] AS names, [hop IN [r, s] | COLLECT {
    MATCH (v:Evidence {relation_id: hop.id})-[:IN_CHUNK]->(:Chunk)-[:PART_OF]->(d:Document)
    RETURN v {.statement, .quote, .start, .end, document: d.source} ORDER BY v.id LIMIT 1
  }[0]] AS hops
  RETURN collect({names: names, hops: hops}) AS chains
}
RETURN node.text AS text, chains, score
ORDER BY score DESC, node.id
