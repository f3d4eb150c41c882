// Entities that stand under several names, and why the names were joined.
MATCH (left:Alias)-[j:JOINED_WITH]->(right:Alias)-[:ALIAS_OF]->(e:__Entity__)
WHERE left.normalised <> right.normalised
OPTIONAL MATCH (v:Evidence {id: j.evidence_id})
RETURN e.name AS entity, e.type AS type, left.name AS name, right.name AS joined_with, j.reason AS reason, j.score AS score,
       v.quote AS quote
ORDER BY entity, name, joined_with
