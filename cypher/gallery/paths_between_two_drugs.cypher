// All affirmed paths of up to three hops between two drugs, with a sentence for each hop.
WITH 'clarithromycin' AS first, 'simvastatin' AS second
MATCH (:Alias {normalised: replace(toLower(first), '-', ' ')})-[:ALIAS_OF]->(a:__Entity__)
MATCH (:Alias {normalised: replace(toLower(second), '-', ' ')})-[:ALIAS_OF]->(b:__Entity__)
WITH DISTINCT a, b
MATCH path = (a)((:__Entity__)-[r WHERE r.polarity = 'affirmed']-(:__Entity__)){1,3}(b)
WHERE all(n IN nodes(path) WHERE single(m IN nodes(path) WHERE m = n))
WITH path, relationships(path) AS hops
ORDER BY size(hops), reduce(c = 1.0, hop IN hops | c * hop.confidence) DESC
LIMIT 25
RETURN path, [hop IN hops | COLLECT { MATCH (v:Evidence {relation_id: hop.id}) RETURN v.quote ORDER BY v.id LIMIT 1 }[0]] AS sentences
