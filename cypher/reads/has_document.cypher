MATCH (d:Document {id: $document_id})
RETURN d.id AS id
