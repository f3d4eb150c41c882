MATCH (d:Document {id: $document_id})<-[:PART_OF]-(:Chunk)<-[:IN_CHUNK]-(v:Evidence)
USING INDEX SEEK d:Document(id)
RETURN v {
  .id, .document_id, .chunk_id, .start, .end, .quote, .subject, .predicate, .object, .polarity, .modality, .qualifiers,
  .confidence, .extractor, .antecedent, .said
} AS evidence, v.vector AS vector
