-- Marks of JWTs that were used: a row for all that one commit made. Nobody looks a name up here: it is known in memory, and read
-- from here when a server starts or when another one has added to it. A name is the six bytes of its time and eight of its hash,
-- last_end the time of the one that ends last.
CREATE TABLE replay_marks (
  number {sequence},
  names {blob} NOT NULL,
  last_end {blob} NOT NULL
);
INSERT INTO replay_marks (names, last_end) SELECT substr(replay_hash, 1, 14), substr(replay_hash, 1, 6) FROM replay;
CREATE INDEX replay_marks_by_end ON replay_marks (last_end);
DROP TABLE replay;
