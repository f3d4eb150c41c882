// An entity's chunks in the order of their ids, so that of an entity that is everywhere only the first few are looked at.
CREATE INDEX has_entity_place IF NOT EXISTS FOR ()-[h:HAS_ENTITY]-() ON (h.entity_id, h.chunk_id)
