MATCH (v:Evidence)
RETURN v {
  .id, .document_id, .chunk_id, .start, .end, .quote, .subject, .predicate, .object, .polarity, .modality, .qualifiers,
  .confidence, .extractor, .antecedent, .said, .relation_id
} AS evidence
