from flask_sqlalchemy import SQLAlchemy

db = SQLAlchemy()


class Courier(db.Model):
    __tablename__ = "couriers"

    id = db.Column(db.Integer, primary_key=True)
    name = db.Column(db.String(120), nullable=False)
    phone = db.Column(db.String(40))
    van = db.Column(db.String(20))


class Parcel(db.Model):
    __tablename__ = "parcels"

    id = db.Column(db.Integer, primary_key=True)
    code = db.Column(db.String(20), unique=True, nullable=False)
    courier_id = db.Column(db.Integer, db.ForeignKey("couriers.id"))
    note = db.Column(db.Text)
    weight_g = db.Column(db.Integer, nullable=False)
