-- Sessions name themselves to their owner, know what proved them, and may belong to an app instead of a browser.
ALTER TABLE sessions ADD COLUMN session_id TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN proofs TEXT NOT NULL DEFAULT '[]';
ALTER TABLE sessions ADD COLUMN binding TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN address TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN agent TEXT NOT NULL DEFAULT '';

ALTER TABLE accounts ADD COLUMN flags TEXT NOT NULL DEFAULT '';

-- What an account can prove itself with; an account's factors stand together.
CREATE TABLE factors (
  account_id TEXT NOT NULL,
  factor_id TEXT NOT NULL,
  issuer TEXT NOT NULL,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  lookup_hash {blob},
  secret {blob} NOT NULL,
  data TEXT NOT NULL,
  counter BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  last_used_at BIGINT,
  PRIMARY KEY (account_id, factor_id)
) {clustered};
CREATE UNIQUE INDEX factors_by_lookup ON factors (lookup_hash, kind, issuer) WHERE lookup_hash IS NOT NULL;

CREATE TABLE known_devices (
  account_id TEXT NOT NULL,
  device_hash {blob} NOT NULL,
  issuer TEXT NOT NULL,
  name TEXT NOT NULL,
  address TEXT NOT NULL,
  country TEXT NOT NULL,
  latitude BIGINT,
  longitude BIGINT,
  first_used_at BIGINT NOT NULL,
  last_used_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  PRIMARY KEY (account_id, device_hash)
) {clustered};
CREATE INDEX known_devices_by_expiry ON known_devices (expires_at);

-- Only records of an account's history name it in the column, so that those of tokens cost no page of the index.
ALTER TABLE audit ADD COLUMN account_id TEXT NOT NULL DEFAULT '';
CREATE INDEX audit_by_account ON audit (account_id, audit_id) WHERE account_id <> '';
