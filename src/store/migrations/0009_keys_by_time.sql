-- Logins and sessions get keys that begin with the time when they end, so that rows of one hour stand together and leave
-- without an index by time. Keys from before cannot be changed (only their hashes are known): who was signed in signs in again.
-- Rows of some hundred bytes stand in the order in which they came; sorted by their key, a page of the tree holds only a few.
DROP TABLE workflow_instances;
CREATE TABLE workflow_instances (
  instance_hash {blob} NOT NULL PRIMARY KEY,
  issuer TEXT NOT NULL,
  binding_hash {blob} NOT NULL,
  definition TEXT NOT NULL,
  state TEXT NOT NULL,
  version BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);

DROP TABLE sessions;
CREATE TABLE sessions (
  session_hash {blob} NOT NULL PRIMARY KEY,
  issuer TEXT NOT NULL,
  account_id TEXT NOT NULL,
  authenticated_at BIGINT NOT NULL,
  acr TEXT NOT NULL,
  amr TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  last_used_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  session_id TEXT NOT NULL,
  proofs TEXT NOT NULL,
  binding TEXT NOT NULL,
  address TEXT NOT NULL,
  agent TEXT NOT NULL
);
CREATE INDEX sessions_by_account ON sessions (account_id);

CREATE TABLE known_devices_by_arrival (
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
);
INSERT INTO known_devices_by_arrival (account_id, device_hash, issuer, name, address, country, latitude, longitude,
  first_used_at, last_used_at, expires_at)
  SELECT account_id, device_hash, issuer, name, address, country, latitude, longitude, first_used_at, last_used_at,
    expires_at FROM known_devices ORDER BY first_used_at;
DROP TABLE known_devices;
ALTER TABLE known_devices_by_arrival RENAME TO known_devices;
CREATE INDEX known_devices_by_expiry ON known_devices (expires_at);

CREATE TABLE audit_by_arrival (
  audit_id TEXT NOT NULL PRIMARY KEY,
  recorded_at BIGINT NOT NULL,
  issuer TEXT NOT NULL,
  event TEXT NOT NULL,
  outcome TEXT NOT NULL,
  record TEXT NOT NULL,
  account_id TEXT NOT NULL
);
INSERT INTO audit_by_arrival (audit_id, recorded_at, issuer, event, outcome, record, account_id)
  SELECT audit_id, recorded_at, issuer, event, outcome, record, account_id FROM audit ORDER BY audit_id;
DROP TABLE audit;
ALTER TABLE audit_by_arrival RENAME TO audit;
CREATE INDEX audit_by_account ON audit (account_id, audit_id) WHERE account_id <> '';
