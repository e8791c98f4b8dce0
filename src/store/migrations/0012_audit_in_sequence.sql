-- Audit records are numbered in the order in which they came: none is removed or changed, so the numbers have no gap. The
-- index by time takes the place of a key of 34 characters: its entries are short, and come in order as well.
CREATE TABLE audit_in_sequence (
  sequence {sequence},
  recorded_at BIGINT NOT NULL,
  issuer TEXT NOT NULL,
  event TEXT NOT NULL,
  outcome TEXT NOT NULL,
  record TEXT NOT NULL,
  account_id TEXT NOT NULL
);
INSERT INTO audit_in_sequence (recorded_at, issuer, event, outcome, record, account_id)
  SELECT recorded_at, issuer, event, outcome, record, account_id FROM audit ORDER BY audit_id;
DROP TABLE audit;
ALTER TABLE audit_in_sequence RENAME TO audit;
CREATE INDEX audit_by_time ON audit (recorded_at);
CREATE INDEX audit_by_account ON audit (account_id, recorded_at) WHERE account_id <> '';
