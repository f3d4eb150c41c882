MATCH (a:__Entity__)-[r]->(b:__Entity__)
WITH [l IN labels(a) WHERE l <> '__Entity__'][0] AS subject, type(r) AS type,
  [l IN labels(b) WHERE l <> '__Entity__'][0] AS object, count(*) AS count
WHERE subject IS NOT NULL AND object IS NOT NULL
RETURN subject, type, object, count
ORDER BY count DESC, subject, type, object
LIMIT $limit
