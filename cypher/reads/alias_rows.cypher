MATCH (a:Alias)
RETURN a.id AS id, a.name AS name, a.type AS type, a.canonical AS canonical
