-- How many of the failures are of the ten minutes in which the last one was, and how many of the ten minutes before these.
ALTER TABLE login_failures ADD COLUMN period BIGINT NOT NULL DEFAULT 0;
ALTER TABLE login_failures ADD COLUMN in_period BIGINT NOT NULL DEFAULT 0;
ALTER TABLE login_failures ADD COLUMN in_period_before BIGINT NOT NULL DEFAULT 0;
