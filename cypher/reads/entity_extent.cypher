UNWIND $ids AS id
MATCH (e:__Entity__ {id: id})
RETURN count(e) AS texts, coalesce(sum(e.term_count), 0) AS terms
