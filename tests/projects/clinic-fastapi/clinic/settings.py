from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    database_url: str
    redis_url: str
    laboratory_url: str
    laboratory_ca: str = "/etc/ssl/laboratory.pem"
    payments_webhook_secret: str
    documents: str = "/srv/documents"
    replicas: int = 1


settings = Settings()  # type: ignore[call-arg]
