-- The authorization_details of a token (RFC 9396), which a refresh may have narrowed: canonical JSON, empty when there are none.
ALTER TABLE access_tokens ADD COLUMN authorization_details TEXT NOT NULL DEFAULT '';
