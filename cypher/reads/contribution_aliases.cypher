UNWIND $ids AS id
MATCH (a:Alias {id: id})
RETURN a.id AS id, a.name AS name, a.type AS type, a.canonical AS canonical, a.vector AS vector
