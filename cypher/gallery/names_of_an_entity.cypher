// One entity with its names and the joins between them, as a graph.
WITH 'digoxin' AS name
MATCH (:Alias {normalised: replace(toLower(name), '-', ' ')})-[:ALIAS_OF]->(e:__Entity__)
WITH DISTINCT e
MATCH path = (e)<-[:ALIAS_OF]-(a:Alias)
OPTIONAL MATCH joined = (a)-[:JOINED_WITH]->(:Alias)
RETURN path, joined
