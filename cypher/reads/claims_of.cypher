UNWIND $ids AS id
MATCH (a:Alias {id: id})<-[:SUBJECT|OBJECT]-(v:Evidence)
USING INDEX SEEK a:Alias(id)
WHERE v.predicate <> $same_as
WITH DISTINCT v
RETURN v {
  .id, .document_id, .chunk_id, .start, .end, .quote, .subject, .predicate, .object, .polarity, .modality, .qualifiers,
  .confidence, .extractor, .antecedent, .said, .relation_id, .relation_subject, .relation_object
} AS evidence
