-- Workflows and policies as data; kind is workflow or policy. Every version that was ever applied stays, workflow_versions says
-- which one is in force. Without a row there the one that comes with the program is.
CREATE TABLE workflow_documents (
  issuer TEXT NOT NULL,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  version BIGINT NOT NULL,
  document TEXT NOT NULL,
  actor TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (issuer, kind, name, version)
);

CREATE TABLE workflow_versions (
  issuer TEXT NOT NULL,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  version BIGINT NOT NULL,
  PRIMARY KEY (issuer, kind, name)
) {clustered};

CREATE TABLE threat_level (
  issuer TEXT NOT NULL PRIMARY KEY,
  level BIGINT NOT NULL,
  reason TEXT NOT NULL,
  actor TEXT NOT NULL,
  raised_at BIGINT NOT NULL,
  expires_at BIGINT
) {clustered};

-- What policies saw and decided, for the simulation of others. context_id begins with the time, as audit ids do.
CREATE TABLE decision_contexts (
  context_id TEXT NOT NULL PRIMARY KEY,
  issuer TEXT NOT NULL,
  account_id TEXT NOT NULL,
  recorded_at BIGINT NOT NULL,
  workflow_version BIGINT NOT NULL,
  policy_version BIGINT NOT NULL,
  context TEXT NOT NULL,
  decision TEXT NOT NULL
) {clustered};
CREATE INDEX decision_contexts_by_account ON decision_contexts (account_id);
