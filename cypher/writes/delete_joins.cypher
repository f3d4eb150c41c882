// The hint holds the plan to the aliases: made while there are few joins, it would look at all of them for each alias.
UNWIND $ids AS id
MATCH (a:Alias {id: id})-[j:JOINED_WITH]->(:Alias)
USING INDEX SEEK a:Alias(id)
DELETE j
