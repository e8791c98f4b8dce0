-- Approvals on registered devices: what was asked, and what a device of the account answered. The key begins with its time.
CREATE TABLE push_challenges (
  challenge_id TEXT PRIMARY KEY,
  issuer TEXT NOT NULL,
  account_id TEXT NOT NULL,
  purpose TEXT NOT NULL,
  shown TEXT NOT NULL,
  shown_hash {blob} NOT NULL,
  match_number TEXT NOT NULL,
  wrong_numbers BIGINT NOT NULL,
  state TEXT NOT NULL,
  factor_id TEXT NOT NULL,
  user_verified BIGINT NOT NULL,
  evidence TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
) {clustered};
CREATE INDEX push_challenges_by_account ON push_challenges (account_id, challenge_id);

-- Invitations to devices: by the hash of a code that a page shows once, until that page takes the device up.
CREATE TABLE device_registrations (
  code_hash {blob} PRIMARY KEY,
  issuer TEXT NOT NULL,
  account_id TEXT NOT NULL,
  device TEXT NOT NULL,
  expires_at BIGINT NOT NULL
) {clustered};
CREATE INDEX device_registrations_by_expiry ON device_registrations (expires_at);
