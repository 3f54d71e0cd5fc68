from flask import Blueprint, jsonify

from parcels.store import rows

blueprint = Blueprint("reports", __name__)


@blueprint.get("/month")
def month():
    return jsonify(rows("SELECT courier_id, count(*) FROM parcels GROUP BY courier_id"))
