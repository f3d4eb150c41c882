UNWIND $ids AS id
MATCH (a:Alias {id: id})
RETURN a.id AS id, a.name AS name
