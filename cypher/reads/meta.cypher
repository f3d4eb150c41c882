// What the graph is for; no row where there is none.
MATCH (m:Hoptrace {id: 'meta'})
RETURN m.layout AS layout, m.embedding_model AS embedding_model, m.dim AS dim, m.revision AS revision
