// Several processes may make the graph at once: the constraint lets one of them create the node.
MERGE (m:Hoptrace {id: 'meta'})
ON CREATE SET m += $properties
