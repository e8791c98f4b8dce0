-- Evidence of payments that a payer approved: what was shown, and the signature over it. Kept when the account is gone.
CREATE TABLE approvals (
  approval_id TEXT NOT NULL PRIMARY KEY,
  issuer TEXT NOT NULL,
  account_id TEXT NOT NULL,
  client_id TEXT NOT NULL,
  grant_id TEXT NOT NULL,
  details_hash TEXT NOT NULL,
  shown TEXT NOT NULL,
  evidence TEXT NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE INDEX approvals_by_grant ON approvals (grant_id);
