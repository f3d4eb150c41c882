MATCH (d:Document {id: $document_id})<-[:PART_OF]-(c:Chunk)
USING INDEX SEEK d:Document(id)
RETURN c { .id, .document_id, .index, .start, .end, .text, .heading, .sentences } AS chunk,
  c.vector AS vector, c.sentence_vectors AS sentence_vectors
ORDER BY chunk.index
