UNWIND $ids AS id
MATCH (v:Evidence {relation_id: id})
RETURN v {
  .id, .document_id, .chunk_id, .start, .end, .quote, .subject, .predicate, .object, .polarity, .modality, .qualifiers,
  .confidence, .extractor, .antecedent, .said, .relation_id, .relation_subject, .relation_object
} AS evidence
