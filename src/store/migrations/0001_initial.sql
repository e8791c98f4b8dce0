-- Times are milliseconds since the Unix epoch (BIGINT), JSON is TEXT, ids are made by us, flags are 0 or 1.
-- {blob} is the byte type of the database; {clustered} stores a table in the order of its primary key where the database can
-- (for short rows: clients and accounts carry large JSON and stay as they are).
-- A column that cannot be looked up by an index belongs to a table whose rows live for minutes.
-- Credentials (tokens, codes, request URIs, cookies) stand here only as SHA-256 hashes. Those of tokens, codes, request URIs and
-- replay marks begin with the time they expire, and so does grant_id: rows born together stand together and leave together
-- (docs/decisions/0006-keys-begin-with-time.md), so these tables have no index by time.

CREATE TABLE clients (
  client_id TEXT NOT NULL,
  issuer TEXT NOT NULL,
  version BIGINT NOT NULL,
  metadata TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (client_id, issuer)
);

CREATE TABLE accounts (
  account_id TEXT NOT NULL PRIMARY KEY,
  issuer TEXT NOT NULL,
  username TEXT NOT NULL,
  password_hash TEXT NOT NULL,
  claims TEXT NOT NULL,
  disabled BIGINT NOT NULL,
  version BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX accounts_by_username ON accounts (username, issuer);

CREATE TABLE login_failures (
  subject_hash {blob} NOT NULL PRIMARY KEY,
  failures BIGINT NOT NULL,
  last_failed_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
) {clustered};
CREATE INDEX login_failures_by_expiry ON login_failures (expires_at);

CREATE TABLE sessions (
  session_hash {blob} NOT NULL PRIMARY KEY,
  issuer TEXT NOT NULL,
  account_id TEXT NOT NULL,
  authenticated_at BIGINT NOT NULL,
  acr TEXT NOT NULL,
  amr TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  last_used_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
) {clustered};
CREATE INDEX sessions_by_account ON sessions (account_id);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

CREATE TABLE workflow_instances (
  instance_hash {blob} NOT NULL PRIMARY KEY,
  issuer TEXT NOT NULL,
  binding_hash {blob} NOT NULL,
  definition TEXT NOT NULL,
  state TEXT NOT NULL,
  version BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
) {clustered};
CREATE INDEX workflow_instances_by_expiry ON workflow_instances (expires_at);

CREATE TABLE consents (
  account_id TEXT NOT NULL,
  client_id TEXT NOT NULL,
  issuer TEXT NOT NULL,
  scope TEXT NOT NULL,
  claims TEXT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (account_id, client_id, issuer)
) {clustered};
CREATE INDEX consents_by_client ON consents (client_id, issuer);

CREATE TABLE pushed_requests (
  request_uri_hash {blob} NOT NULL PRIMARY KEY,
  issuer TEXT NOT NULL,
  client_id TEXT NOT NULL,
  request TEXT NOT NULL,
  expires_at BIGINT NOT NULL,
  consumed_at BIGINT
) {clustered};

CREATE TABLE grants (
  grant_id TEXT NOT NULL PRIMARY KEY,
  issuer TEXT NOT NULL,
  client_id TEXT NOT NULL,
  account_id TEXT NOT NULL,
  scope TEXT NOT NULL,
  resource TEXT NOT NULL,
  request TEXT NOT NULL,
  authenticated_at BIGINT NOT NULL,
  acr TEXT NOT NULL,
  amr TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  revoked_at BIGINT
) {clustered};
CREATE INDEX grants_by_account ON grants (account_id, client_id);

CREATE TABLE authorization_codes (
  code_hash {blob} NOT NULL PRIMARY KEY,
  issuer TEXT NOT NULL,
  client_id TEXT NOT NULL,
  grant_id TEXT NOT NULL,
  expires_at BIGINT NOT NULL,
  consumed_at BIGINT
) {clustered};

CREATE TABLE access_tokens (
  token_hash {blob} NOT NULL PRIMARY KEY,
  issuer TEXT NOT NULL,
  client_id TEXT NOT NULL,
  account_id TEXT NOT NULL,
  grant_id TEXT NOT NULL,
  subject TEXT NOT NULL,
  scope TEXT NOT NULL,
  audience TEXT NOT NULL,
  confirmation TEXT NOT NULL,
  issued_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  revoked_at BIGINT
) {clustered};

CREATE TABLE refresh_tokens (
  token_hash {blob} NOT NULL PRIMARY KEY,
  issuer TEXT NOT NULL,
  client_id TEXT NOT NULL,
  grant_id TEXT NOT NULL,
  confirmation TEXT NOT NULL,
  issued_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  rotated_at BIGINT,
  revoked_at BIGINT
) {clustered};
CREATE INDEX refresh_tokens_by_grant ON refresh_tokens (grant_id);

CREATE TABLE revoked_tokens (
  token_hash {blob} NOT NULL PRIMARY KEY,
  expires_at BIGINT NOT NULL
) {clustered};
CREATE INDEX revoked_tokens_by_expiry ON revoked_tokens (expires_at);

CREATE TABLE replay (
  replay_hash {blob} NOT NULL PRIMARY KEY
) {clustered};

CREATE TABLE signing_keys (
  kid TEXT NOT NULL PRIMARY KEY,
  issuer TEXT NOT NULL,
  algorithm TEXT NOT NULL,
  state TEXT NOT NULL,
  public_jwk TEXT NOT NULL,
  sealed_key {blob} NOT NULL,
  created_at BIGINT NOT NULL,
  changed_at BIGINT NOT NULL
);
CREATE INDEX signing_keys_by_issuer ON signing_keys (issuer);

CREATE TABLE audit (
  audit_id TEXT NOT NULL PRIMARY KEY,
  recorded_at BIGINT NOT NULL,
  issuer TEXT NOT NULL,
  event TEXT NOT NULL,
  outcome TEXT NOT NULL,
  record TEXT NOT NULL
) {clustered};
