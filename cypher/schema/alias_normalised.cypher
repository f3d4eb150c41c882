CREATE INDEX alias_normalised IF NOT EXISTS FOR (n:Alias) ON (n.normalised)
