CREATE INDEX alias_block IF NOT EXISTS FOR (n:Alias) ON (n.block)
