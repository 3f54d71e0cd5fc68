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
