CREATE (d:Document)
SET d = $properties, d.written = datetime()
