// The first statement of each writing transaction: its lock on this node makes writers wait for one another.
MATCH (m:Hoptrace {id: 'meta'})
SET m.revision = m.revision + 1
RETURN m.revision AS revision
