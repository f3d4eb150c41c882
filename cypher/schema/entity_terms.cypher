// Our own terms, joined by blanks: the same words as in every other store.
CREATE FULLTEXT INDEX entity_terms IF NOT EXISTS FOR (n:__Entity__) ON EACH [n.terms]
OPTIONS {indexConfig: {`fulltext.analyzer`: 'whitespace'}}
