// The first statement of each writing transaction: its lock on this node makes writers wait for one another.
// No two states of any graph have the same revision, even where a graph was emptied and filled again.
MATCH (m:Hoptrace {id: 'meta'})
SET m.revision = randomUUID()
RETURN m.revision AS revision
