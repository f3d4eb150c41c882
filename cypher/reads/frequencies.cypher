// In how many texts each term stands, of how many texts with how many terms.
MATCH (m:Hoptrace {id: 'meta'})
UNWIND $terms AS term
CALL (term) {
  CALL db.index.fulltext.queryNodes($index, term) YIELD node
  RETURN count(node) AS frequency
}
RETURN term, frequency, m[$kind + '_texts'] AS texts, m[$kind + '_terms'] AS terms
