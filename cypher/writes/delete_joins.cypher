UNWIND $ids AS id
MATCH (:Alias {id: id})-[j:JOINED_WITH]->(:Alias)
DELETE j
