-- What was asked of language models and what they said. One call is written when it is sent and again when it is answered, so
-- that a call without an answer is one that is under way in the process `pid`, or was cut off. The first answer stays, and tokens and
-- dollars are the sum over all times that it was billed. Instructions and schemas, the same for many calls, stand once.
CREATE TABLE IF NOT EXISTS prefixes (
  id TEXT PRIMARY KEY,
  instructions TEXT NOT NULL,
  schema TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS calls (
  key TEXT PRIMARY KEY,
  model TEXT NOT NULL,
  purpose TEXT NOT NULL,
  prefix TEXT NOT NULL REFERENCES prefixes (id),
  turns TEXT NOT NULL,
  sent_at REAL NOT NULL,
  pid INTEGER NOT NULL,
  answered_at REAL,
  text TEXT,
  truncated INTEGER,
  refusal TEXT,
  bills INTEGER NOT NULL DEFAULT 0,
  input_tokens INTEGER,
  output_tokens INTEGER,
  cached_tokens INTEGER,
  dollars REAL
) WITHOUT ROWID;

CREATE INDEX IF NOT EXISTS calls_by_model ON calls (model, purpose);
