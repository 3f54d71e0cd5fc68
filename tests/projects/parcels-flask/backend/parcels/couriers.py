import logging
import subprocess

import requests
from apscheduler.schedulers.background import BackgroundScheduler
from flask import Blueprint, jsonify, request
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from parcels.access import signed_in
from parcels.models import Parcel, db

blueprint = Blueprint("couriers", __name__)
roads = requests.Session()
roads.mount("https://", HTTPAdapter(max_retries=Retry(total=3, backoff_factor=0.5)))


@blueprint.post("/<int:courier>/route")
@signed_in
def route(courier):
    answer = roads.get("https://roads.brennweg.de/v2/route", params={"courier": courier}, timeout=(2, 5))
    return jsonify(answer.json())


@blueprint.post("/<int:courier>/label")
@signed_in
def label(courier):
    printed = subprocess.run(f"zint --data={request.json['code']} --direct", shell=True, capture_output=True)
    return printed.stdout


@blueprint.post("/<int:courier>/notes")
@signed_in
def notes(courier):
    for code, note in request.json.items():
        parcel = db.session.query(Parcel).filter_by(code=code).first()
        parcel.note = note
    db.session.commit()
    return "", 204


def remind():
    logging.info("reminding couriers")
    requests.post("https://messages.brennweg.de/remind", timeout=5)


def weight(text):
    try:
        return int(text)
    except ValueError:
        pass
    return None


timer = BackgroundScheduler()
timer.add_job(remind, "cron", hour=6)
timer.start()
