from flask import Blueprint, jsonify, request

from parcels.store import rows

blueprint = Blueprint("tracking", __name__)


@blueprint.get("/<code>")
def where(code):
    found = rows("SELECT code, note FROM parcels WHERE code = %s", (code,))
    return jsonify([{"code": c, "note": n} for c, n in found])


@blueprint.get("/near")
def near():
    wanted = "SELECT code FROM parcels WHERE weight_g < %s"
    values = [request.args.get("weight", 1000, int)]
    if request.args.get("note"):
        wanted += " AND note ILIKE %s"
        values.append(f"%{request.args['note']}%")
    return jsonify(rows(wanted + " LIMIT 100", values))


@blueprint.get("/by-courier")
def by_courier():
    return jsonify(rows("SELECT code FROM parcels WHERE courier_id = " + request.args["courier"] + " LIMIT 100"))
