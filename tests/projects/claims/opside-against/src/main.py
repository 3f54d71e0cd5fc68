from fastapi import FastAPI

app = FastAPI()


@app.get("/status")
def health() -> dict[str, str]:
    return {"status": "ok"}
