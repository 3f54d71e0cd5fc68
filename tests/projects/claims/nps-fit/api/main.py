from fastapi import FastAPI

app = FastAPI()


@app.get("/api/health")
def health() -> dict[str, str]:
    return {"status": "ok"}


@app.get("/api/readiness")
def other() -> dict[str, str]:
    return {"status": "ok"}


@app.get("/api/users")
def users() -> list[str]:
    return []
