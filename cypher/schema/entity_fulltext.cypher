// For people and other programs, over the text as it stands, a moment after it is written; Hoptrace searches entity_terms.
CREATE FULLTEXT INDEX entity_fulltext IF NOT EXISTS FOR (n:__Entity__) ON EACH [n.name]
OPTIONS {indexConfig: {`fulltext.eventually_consistent`: true}}
