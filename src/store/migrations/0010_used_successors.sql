-- Which refresh token this one came in the place of, and which of those that came in its own place was used first.
ALTER TABLE refresh_tokens ADD COLUMN predecessor {blob};
ALTER TABLE refresh_tokens ADD COLUMN used_successor {blob};
