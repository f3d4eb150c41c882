MATCH (subject:__Entity__)-[r]->(object:__Entity__)
RETURN r {.*, subject: subject.id, object: object.id} AS relation
