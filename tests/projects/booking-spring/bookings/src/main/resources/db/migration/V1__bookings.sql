CREATE TABLE bookings (
    id uuid PRIMARY KEY,
    room_id uuid NOT NULL,
    guest_id uuid NOT NULL,
    arrival date NOT NULL,
    departure date NOT NULL
);
CREATE TABLE rooms (
    id uuid PRIMARY KEY,
    name varchar(80) NOT NULL UNIQUE,
    beds integer NOT NULL
);
