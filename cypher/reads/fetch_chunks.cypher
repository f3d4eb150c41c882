UNWIND $ids AS id
MATCH (c:Chunk {id: id})
RETURN c { .id, .document_id, .index, .start, .end, .text, .heading, .sentences } AS chunk
