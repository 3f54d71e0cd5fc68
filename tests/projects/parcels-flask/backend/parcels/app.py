import logging
import os

import sentry_sdk
from flask import Flask, jsonify
from flask_cors import CORS

from parcels import couriers, customers, tracking
from parcels.models import db

sentry_sdk.init(dsn=os.environ["SENTRY_DSN"])
logging.basicConfig(level=logging.INFO)


def create_app() -> Flask:
    app = Flask(__name__)
    app.config["SECRET_KEY"] = os.environ["SECRET_KEY"]
    app.config["SQLALCHEMY_DATABASE_URI"] = os.environ["DATABASE_URL"]
    app.config["SESSION_COOKIE_SECURE"] = True
    app.config["SESSION_COOKIE_SAMESITE"] = "Lax"
    CORS(app, origins=os.environ["WEB_ORIGIN"].split(","))
    db.init_app(app)
    app.register_blueprint(tracking.blueprint, url_prefix="/v1/tracking")
    app.register_blueprint(customers.blueprint, url_prefix="/v1/customers")
    app.register_blueprint(couriers.blueprint, url_prefix="/v1/couriers")

    @app.errorhandler(Exception)
    def unexpected(error):
        logging.exception("unexpected")
        return jsonify(error="internal"), 500

    @app.get("/health")
    def health():
        db.session.execute(db.text("SELECT 1"))
        return jsonify(status="up")

    @app.get("/status")
    def status():
        return jsonify(database="connected", version="1.8.0")

    return app


app = create_app()
