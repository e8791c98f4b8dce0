-- An approval is looked up by its own id only: no query has ever asked for those of a grant.
DROP INDEX approvals_by_grant;
