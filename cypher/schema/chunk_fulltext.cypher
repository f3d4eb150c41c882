// For people and other programs, over the text as it stands, a moment after it is written; Hoptrace searches chunk_terms.
CREATE FULLTEXT INDEX chunk_fulltext IF NOT EXISTS FOR (n:Chunk) ON EACH [n.text]
OPTIONS {indexConfig: {`fulltext.eventually_consistent`: true}}
