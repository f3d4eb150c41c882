UNWIND $rows AS row
MATCH (left:Alias {id: row.left}), (right:Alias {id: row.right})
CREATE (left)-[:JOINED_WITH {reason: row.reason, score: row.score, evidence_id: row.evidence_id}]->(right)
