UNWIND $entity_ids AS id
MATCH (e:__Entity__ {id: id})
DETACH DELETE e
