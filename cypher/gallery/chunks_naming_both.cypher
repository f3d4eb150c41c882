// The passages that name both of two entities, and all that they state. To stand in one passage is no relation.
WITH 'clarithromycin' AS first, 'CYP3A4' AS second
MATCH (:Alias {normalised: replace(toLower(first), '-', ' ')})-[:ALIAS_OF]->(a:__Entity__)
MATCH (:Alias {normalised: replace(toLower(second), '-', ' ')})-[:ALIAS_OF]->(b:__Entity__)
WITH DISTINCT a, b
MATCH (a)<-[:HAS_ENTITY]-(c:Chunk)-[:HAS_ENTITY]->(b), (c)-[:PART_OF]->(d:Document)
RETURN d.name AS document, c.heading AS heading, c.text AS text,
       COLLECT { MATCH (v:Evidence)-[:IN_CHUNK]->(c) RETURN v.statement ORDER BY v.start, v.id } AS statements
ORDER BY document, d.id, c.start
