// Each document with the recipe that read it and what it gave. A new recipe means that it was read again.
MATCH (d:Document)
RETURN d.name AS document, d.recipe AS recipe, d.chunks AS chunks,
       COUNT { (d)<-[:PART_OF]-(:Chunk)<-[:IN_CHUNK]-(:Evidence) } AS evidence, d.source AS source
ORDER BY document, source
