// How many entities have how many relations.
MATCH (e:__Entity__)
WITH COUNT { (e)--(:__Entity__) } AS relations
RETURN relations, count(*) AS entities
ORDER BY relations
