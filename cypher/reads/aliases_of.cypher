MATCH (d:Document {id: $document_id})<-[:PART_OF]-(c:Chunk)
USING INDEX SEEK d:Document(id)
CALL (c) {
  MATCH (c)-[:MENTIONS]->(a:Alias)
  RETURN a
  UNION
  MATCH (c)<-[:IN_CHUNK]-(:Evidence)-[:SUBJECT|OBJECT]->(a:Alias)
  RETURN a
}
RETURN DISTINCT a.id AS id
