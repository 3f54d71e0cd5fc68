import os

import psycopg


def rows(statement, values=()):
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        return connection.execute(statement, values).fetchall()
