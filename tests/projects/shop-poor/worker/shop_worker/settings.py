"""Everything the worker needs from its environment, checked once at start."""

from functools import lru_cache

from pydantic import SecretStr
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    database_url: str
    redis_url: str
    smtp_host: str
    smtp_port: int = 587
    smtp_user: str
    smtp_password: SecretStr
    mail_from: str
    carrier_api_url: str
    carrier_api_key: SecretStr
    log_level: str = "INFO"
    ops_port: int = 8081


@lru_cache
def settings() -> Settings:
    return Settings()
