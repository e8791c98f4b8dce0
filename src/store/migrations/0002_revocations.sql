-- What was stopped before its time, for the feed of the gateways; kind is token_hash, grant_id or client_id.
CREATE TABLE revocations (
  revoked_at BIGINT NOT NULL,
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  issuer TEXT NOT NULL,
  PRIMARY KEY (revoked_at, kind, subject, issuer)
) {clustered};
