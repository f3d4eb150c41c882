MATCH (d:Document {id: $document_id})
RETURN d.id AS id, d.name AS name, d.source AS source, d.text AS text, d.metadata AS metadata, d.recipe AS recipe
