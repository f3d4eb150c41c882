MATCH (c:Chunk)
RETURN c { .id, .document_id, .index, .start, .end, .text, .heading, .sentences } AS chunk
