UNWIND $rows AS row
CREATE (d:Document)
SET d = row, d.written = datetime()
