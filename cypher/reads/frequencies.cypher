// In how many texts each term stands.
UNWIND $terms AS term
CALL (term) {
  CALL db.index.fulltext.queryNodes($index, term) YIELD node
  RETURN count(node) AS texts
}
RETURN term, texts
