UNWIND $ids AS id
MATCH (e:__Entity__ {id: id})
DETACH DELETE e
