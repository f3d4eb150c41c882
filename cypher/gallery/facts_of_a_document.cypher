// All that one document states, in the order of its text.
WITH 'Warfarin' AS document
MATCH (d:Document {name: document})<-[:PART_OF]-(c:Chunk)<-[:IN_CHUNK]-(v:Evidence)
RETURN v.statement AS statement, v.quote AS quote, c.heading AS heading, v.start AS start, v.end AS end
ORDER BY d.id, start, statement
