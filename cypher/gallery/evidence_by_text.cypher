// Sentences by full text. Each word is quoted, so that signs such as those in "5-FU/leucovorin" are no syntax.
WITH 'p-glycoprotein inhibitor' AS words
WITH [word IN split(words, ' ') WHERE word <> '' | '"' + replace(replace(word, '\\', '\\\\'), '"', '\\"') + '"'] AS quoted
WITH reduce(query = '', word IN quoted | query + word + ' ') AS query
CALL db.index.fulltext.queryNodes('evidence_fulltext', query, {limit: 10}) YIELD node, score
RETURN node.statement AS statement, node.quote AS quote, score
ORDER BY score DESC, node.id
