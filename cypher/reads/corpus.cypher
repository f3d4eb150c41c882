// How many texts there are, and how many terms in them.
MATCH (m:Hoptrace {id: 'meta'})
RETURN m[$kind + '_texts'] AS texts, m[$kind + '_terms'] AS terms
