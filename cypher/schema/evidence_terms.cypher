// Our own terms, joined by blanks: the same words as in every other store.
CREATE FULLTEXT INDEX evidence_terms IF NOT EXISTS FOR (n:Evidence) ON EACH [n.terms]
OPTIONS {indexConfig: {`fulltext.analyzer`: 'whitespace'}}
