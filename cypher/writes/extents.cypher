// How many texts of each kind, and how many terms in them: what BM25 needs of the whole.
MATCH (m:Hoptrace {id: 'meta'})
SET m.chunk_texts = m.chunk_texts + $chunk_texts, m.chunk_terms = m.chunk_terms + $chunk_terms,
    m.entity_texts = m.entity_texts + $entity_texts, m.entity_terms = m.entity_terms + $entity_terms,
    m.evidence_texts = m.evidence_texts + $evidence_texts, m.evidence_terms = m.evidence_terms + $evidence_terms
