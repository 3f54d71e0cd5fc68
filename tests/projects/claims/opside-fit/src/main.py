from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from cryptography.fernet import Fernet

app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=["https://app.opside.io"])
box = Fernet(b"x" * 44)


@app.get("/health")
def health() -> dict[str, str]:
    return {"status": "ok"}
