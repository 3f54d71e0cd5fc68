ALTER TABLE ticket ADD COLUMN sold_at timestamptz;
