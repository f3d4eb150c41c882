// Where each entity is mentioned, at most $limit chunks: those first whose document has its name as a title, which is a mention
// without length.
UNWIND $ids AS id
MATCH (e:__Entity__ {id: id})
CALL (e) {
  MATCH (e)<-[:ALIAS_OF]-(:Alias)<-[m:MENTIONS]-(c:Chunk)
  WITH c.id AS chunk_id, max(CASE WHEN any(i IN range(0, size(m.starts) - 1) WHERE m.starts[i] = m.ends[i]) THEN 1 ELSE 0 END) AS title
  ORDER BY title DESC, chunk_id
  LIMIT $limit
  RETURN collect(chunk_id) AS chunk_ids
}
RETURN e.id AS id, chunk_ids, COUNT { (e)<-[:HAS_ENTITY]-(:Chunk) } AS total
