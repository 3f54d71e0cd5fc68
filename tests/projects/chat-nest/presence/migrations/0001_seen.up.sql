CREATE TABLE seen (
    user_id bigint NOT NULL,
    room_id bigint NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (user_id, room_id)
);

CREATE INDEX seen_at ON seen (at);
