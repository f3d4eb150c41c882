// What changes an enzyme (perpetrators), and what it metabolises (victims), as a graph.
WITH 'CYP3A4' AS enzyme
MATCH (:Alias {normalised: replace(toLower(enzyme), '-', ' ')})-[:ALIAS_OF]->(e:__Entity__)
WITH DISTINCT e
MATCH path = (e)-[r:INHIBITS|INDUCES|METABOLIZES {polarity: 'affirmed'}]-(:__Entity__)
RETURN path, CASE WHEN startNode(r) = e THEN 'victim' ELSE 'perpetrator' END AS role, type(r) AS relation, r.support AS sentences
ORDER BY role, sentences DESC
