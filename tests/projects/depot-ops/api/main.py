from fastapi import FastAPI

app = FastAPI()


@app.get("/health")
def health() -> dict[str, bool]:
    return {"up": True}


@app.get("/api/pallets")
def pallets() -> list[str]:
    return []
