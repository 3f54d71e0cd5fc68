CREATE TABLE couriers (
    id serial PRIMARY KEY,
    name varchar(120) NOT NULL,
    phone varchar(40)
);

CREATE TABLE parcels (
    id serial PRIMARY KEY,
    code varchar(20) NOT NULL UNIQUE,
    courier_id integer REFERENCES couriers (id),
    note text,
    weight_g integer NOT NULL
);

CREATE INDEX parcels_courier ON parcels (courier_id);

CREATE TABLE customers (
    id serial PRIMARY KEY,
    email varchar(320) NOT NULL UNIQUE,
    password_hash varchar(200) NOT NULL,
    address text
);
