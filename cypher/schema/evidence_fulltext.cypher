// For people and other programs, over the text as it stands, a moment after it is written; Hoptrace searches evidence_terms.
CREATE FULLTEXT INDEX evidence_fulltext IF NOT EXISTS FOR (n:Evidence) ON EACH [n.quote]
OPTIONS {indexConfig: {`fulltext.eventually_consistent`: true}}
