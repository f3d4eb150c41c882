UNWIND $ids AS id
MATCH (d:Document {id: id})
RETURN d.id AS id, d.name AS name, d.source AS source, d.text AS text, d.metadata AS metadata
