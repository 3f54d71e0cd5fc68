from flask import Flask
from waitress import serve

app = Flask(__name__)


@app.get("/healthz")
def healthz():
    return "ok"


@app.get("/berths")
def berths():
    return {"free": 3}


if __name__ == "__main__":
    serve(app, host="127.0.0.1", port=8080)
