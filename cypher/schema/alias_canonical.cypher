CREATE INDEX alias_canonical IF NOT EXISTS FOR (n:Alias) ON (n.normalised_canonical)
