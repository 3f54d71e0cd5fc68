import datetime
import os

import jwt
from flask import Blueprint, abort, g, jsonify, request
from werkzeug.security import check_password_hash, generate_password_hash

from parcels.access import signed_in
from parcels.store import rows

blueprint = Blueprint("customers", __name__)


@blueprint.post("/login")
def login():
    body = request.get_json()
    found = rows("SELECT id, password_hash FROM customers WHERE email = %s", (body["email"],))
    if not found or not check_password_hash(found[0][1], body["password"]):
        abort(401)
    ends = datetime.datetime.now(datetime.UTC) + datetime.timedelta(hours=1)
    return jsonify(token=jwt.encode({"sub": found[0][0], "exp": ends}, os.environ["SECRET_KEY"], algorithm="HS256"))


@blueprint.post("/register")
def register():
    body = request.get_json()
    rows(
        "INSERT INTO customers (email, password_hash) VALUES (%s, %s) RETURNING id",
        (body["email"], generate_password_hash(body["password"])),
    )
    return "", 201


@blueprint.get("/me")
@signed_in
def me():
    return jsonify(rows("SELECT email, address FROM customers WHERE id = %s", (g.customer,)))


@blueprint.delete("/me")
@signed_in
def leave():
    rows("DELETE FROM customers WHERE id = %s RETURNING id", (g.customer,))
    return "", 204


@blueprint.get("/export")
def export():
    return jsonify(rows("SELECT email, address FROM customers LIMIT 10000"))
