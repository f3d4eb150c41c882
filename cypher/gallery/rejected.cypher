// What an extractor said and Hoptrace did not take, and why.
MATCH (r:Rejected)-[:REJECTED_FROM]->(d:Document)
RETURN r.reason AS reason, count(*) AS records, collect(DISTINCT d.name)[..5] AS documents, collect(r.record)[..3] AS examples
ORDER BY records DESC, reason
