// Each pair of a drug that changes an enzyme and a drug that the enzyme metabolises: who may disturb whom.
WITH 'CYP3A4' AS enzyme
MATCH (:Alias {normalised: replace(toLower(enzyme), '-', ' ')})-[:ALIAS_OF]->(e:__Entity__)
WITH DISTINCT e
MATCH (perpetrator:Drug)-[r:INHIBITS|INDUCES {polarity: 'affirmed'}]->(e)-[s:METABOLIZES {polarity: 'affirmed'}]->(victim:Drug)
WHERE perpetrator <> victim
RETURN perpetrator.name AS perpetrator, type(r) AS relation, r.modality AS modality, e.name AS enzyme, victim.name AS victim,
       r.support + s.support AS sentences
ORDER BY sentences DESC, perpetrator, victim
LIMIT 50
