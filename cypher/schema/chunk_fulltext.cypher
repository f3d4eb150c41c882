// For people and other programs, over the text as it stands; Hoptrace searches chunk_terms.
CREATE FULLTEXT INDEX chunk_fulltext IF NOT EXISTS FOR (n:Chunk) ON EACH [n.text]
