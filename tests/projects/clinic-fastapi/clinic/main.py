import traceback

from fastapi import FastAPI, Request
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import JSONResponse
from prometheus_fastapi_instrumentator import Instrumentator

from clinic import health
from clinic.routes import appointments, auth, documents, patients, webhooks

app = FastAPI(title="Clinic")
app.add_middleware(
    CORSMiddleware,
    allow_origins=["*"],
    allow_credentials=True,
    allow_methods=["*"],
    allow_headers=["*"],
)
for module in (appointments, auth, documents, patients, webhooks):
    app.include_router(module.router, prefix="/api/v1")
app.include_router(health.router)
Instrumentator().instrument(app).expose(app)


@app.exception_handler(Exception)
async def unexpected(request: Request, error: Exception) -> JSONResponse:
    print("failed:", request.url.path)
    return JSONResponse({"error": str(error), "trace": traceback.format_exc()}, status_code=500)
