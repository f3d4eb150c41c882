// The enzymes and transporters that two drugs share, those with the most sentences first.
WITH 'clarithromycin' AS first, 'simvastatin' AS second
MATCH (:Alias {normalised: replace(toLower(first), '-', ' ')})-[:ALIAS_OF]->(a:__Entity__)
MATCH (:Alias {normalised: replace(toLower(second), '-', ' ')})-[:ALIAS_OF]->(b:__Entity__)
WITH DISTINCT a, b
MATCH path = (a)-[r {polarity: 'affirmed'}]-(shared:Enzyme|Transporter)-[s {polarity: 'affirmed'}]-(b)
RETURN path, shared.name AS shared, r.support + s.support AS sentences, r.confidence * s.confidence AS confidence
ORDER BY sentences DESC, confidence DESC, shared
