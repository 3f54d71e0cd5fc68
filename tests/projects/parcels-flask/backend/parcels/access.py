import functools
import os

import jwt
from flask import abort, g, request


def signed_in(view):
    @functools.wraps(view)
    def asked(*args, **kwargs):
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        try:
            g.customer = jwt.decode(token, os.environ["SECRET_KEY"], algorithms=["HS256"])["sub"]
        except jwt.InvalidTokenError:
            abort(401)
        return view(*args, **kwargs)

    return asked


def couriers_only(view):
    @functools.wraps(view)
    def asked(*args, **kwargs):
        if request.headers.get("X-Courier-Key") != os.environ["COURIER_KEY"]:
            abort(403)
        return view(*args, **kwargs)

    return asked
