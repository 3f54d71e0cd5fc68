CREATE TABLE member (
  id uuid PRIMARY KEY,
  name text NOT NULL,
  email text NOT NULL UNIQUE
);

CREATE TABLE book (
  id uuid PRIMARY KEY,
  title text NOT NULL
);

CREATE TABLE loan (
  id uuid PRIMARY KEY,
  book_id uuid NOT NULL REFERENCES book (id),
  member_id uuid NOT NULL REFERENCES member (id),
  due date NOT NULL
);
CREATE INDEX loan_book ON loan (book_id);
CREATE INDEX loan_member ON loan (member_id);

CREATE TABLE charge (
  id uuid PRIMARY KEY,
  member_id uuid NOT NULL REFERENCES member (id),
  amount numeric(8, 2) NOT NULL,
  discount_percent double precision NOT NULL
);
CREATE INDEX charge_member ON charge (member_id);

CREATE TABLE deposit (
  id uuid PRIMARY KEY,
  member_id uuid NOT NULL REFERENCES member (id),
  balance numeric(8, 2) NOT NULL,
  weight_in_grams double precision NOT NULL
);
CREATE INDEX deposit_member ON deposit (member_id);
