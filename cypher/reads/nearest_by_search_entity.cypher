// As nearest_entity, for servers from 2026.01 on, where the clause SEARCH takes the place of the procedure.
CYPHER 25
MATCH (near:__Entity__)
SEARCH near IN (VECTOR INDEX entity_embedding FOR $vector LIMIT $limit) SCORE AS score
WITH near.vector_key AS vector_key, max(score) AS score
ORDER BY score DESC
LIMIT $distinct
MATCH (n:__Entity__)
WHERE n.vector_key = vector_key
RETURN n.id AS id, n.vector AS vector
