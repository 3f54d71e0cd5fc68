CREATE TABLE ticket (
  id bigint PRIMARY KEY,
  cents integer NOT NULL CHECK (cents >= 0)
);
