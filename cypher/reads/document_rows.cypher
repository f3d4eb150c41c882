MATCH (d:Document)
RETURN d.id AS id, d.name AS name, d.source AS source, d.metadata AS metadata
