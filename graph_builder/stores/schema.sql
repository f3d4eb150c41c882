-- The embedded store. Above the line lies what documents gave, below it what `upkeep.py` derives from that.
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE document (
  id TEXT NOT NULL UNIQUE, name TEXT NOT NULL, source TEXT NOT NULL, text TEXT NOT NULL, metadata TEXT NOT NULL,
  recipe TEXT NOT NULL
);
CREATE INDEX document_source ON document (source);
CREATE TABLE chunk (
  row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, document_id TEXT NOT NULL, position INTEGER NOT NULL,
  start INTEGER NOT NULL, end INTEGER NOT NULL, text TEXT NOT NULL, heading TEXT NOT NULL,
  sentences TEXT NOT NULL, sentence_vectors BLOB NOT NULL, vector BLOB NOT NULL
);
CREATE INDEX chunk_document ON chunk (document_id);
CREATE TABLE alias (
  id TEXT NOT NULL UNIQUE, name TEXT NOT NULL, type TEXT NOT NULL, canonical TEXT NOT NULL, normalised TEXT NOT NULL,
  referent TEXT NOT NULL, block TEXT NOT NULL, vector BLOB NOT NULL, entity_id TEXT NOT NULL DEFAULT ''
);
CREATE INDEX alias_entity ON alias (entity_id);
CREATE INDEX alias_normalised ON alias (normalised);
CREATE INDEX alias_referent ON alias (referent);
CREATE INDEX alias_block ON alias (block);
CREATE TABLE mention (
  document_id TEXT NOT NULL, chunk_id TEXT NOT NULL, alias_id TEXT NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL
);
CREATE INDEX mention_document ON mention (document_id);
-- The next two hold all that `mentions` reads: the rows of aliases are long, for their vectors.
CREATE INDEX mention_chunk ON mention (chunk_id, alias_id, start, end);
CREATE INDEX alias_named ON alias (id, entity_id, normalised);
CREATE INDEX mention_alias ON mention (alias_id, chunk_id);
CREATE TABLE evidence (
  row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, document_id TEXT NOT NULL, chunk_id TEXT NOT NULL,
  start INTEGER NOT NULL, end INTEGER NOT NULL, quote TEXT NOT NULL,
  subject TEXT NOT NULL, predicate TEXT NOT NULL, object TEXT NOT NULL, polarity TEXT NOT NULL, modality TEXT NOT NULL,
  qualifiers TEXT NOT NULL, confidence REAL NOT NULL, extractor TEXT NOT NULL,
  antecedent_start INTEGER, antecedent_end INTEGER, said TEXT NOT NULL, vector BLOB NOT NULL,
  relation_id TEXT NOT NULL DEFAULT ''
);
CREATE INDEX evidence_document ON evidence (document_id);
CREATE INDEX evidence_subject ON evidence (subject);
CREATE INDEX evidence_object ON evidence (object);
CREATE INDEX evidence_relation ON evidence (relation_id);
CREATE TABLE rejected (document_id TEXT NOT NULL, chunk_id TEXT NOT NULL, record TEXT NOT NULL, reason TEXT NOT NULL);
CREATE INDEX rejected_document ON rejected (document_id);
-- ------------------------------------------------------------------------------------------------------- derived
CREATE TABLE entity (
  row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, type TEXT NOT NULL, name TEXT NOT NULL, joins TEXT NOT NULL, vector BLOB NOT NULL
);
CREATE TABLE relation (
  id TEXT NOT NULL UNIQUE, subject TEXT NOT NULL, predicate TEXT NOT NULL, object TEXT NOT NULL, polarity TEXT NOT NULL,
  modality TEXT NOT NULL, qualifiers TEXT NOT NULL, confidence REAL NOT NULL, extractor TEXT NOT NULL,
  support INTEGER NOT NULL, evidence_ids TEXT NOT NULL
);
CREATE INDEX relation_subject ON relation (subject, confidence DESC, support DESC, id);
CREATE INDEX relation_object ON relation (object, confidence DESC, support DESC, id);
CREATE INDEX relation_ends ON relation (subject, object);
-- Our own terms, joined by blanks. "ascii" splits them nowhere else: to it every letter beyond ASCII is a letter, whereas
-- "unicode61" knows the letters of Unicode 6.1 only and folds them again.
CREATE VIRTUAL TABLE chunk_terms USING fts5(terms, tokenize = "ascii");
CREATE VIRTUAL TABLE entity_terms USING fts5(terms, tokenize = "ascii");
CREATE VIRTUAL TABLE evidence_terms USING fts5(terms, tokenize = "ascii");
CREATE VIRTUAL TABLE chunk_vocabulary USING fts5vocab(chunk_terms, 'row');
CREATE VIRTUAL TABLE entity_vocabulary USING fts5vocab(entity_terms, 'row');
CREATE VIRTUAL TABLE evidence_vocabulary USING fts5vocab(evidence_terms, 'row');
-- Where each term stands: the posting lists that BM25 is calculated from.
CREATE VIRTUAL TABLE chunk_instance USING fts5vocab(chunk_terms, 'instance');
CREATE VIRTUAL TABLE entity_instance USING fts5vocab(entity_terms, 'instance');
CREATE VIRTUAL TABLE evidence_instance USING fts5vocab(evidence_terms, 'instance');
