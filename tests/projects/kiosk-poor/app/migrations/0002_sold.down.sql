ALTER TABLE ticket DROP COLUMN sold_at;
