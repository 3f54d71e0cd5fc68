# ruff: noqa: E501 - tables of words
"""Which distribution a Python module comes from, and which modules of Node.js need none."""

from __future__ import annotations

import re
import sys

from kit.sources.packages.model import plain_name

_OTHERS = """
    yaml:pyyaml cv2:opencv-python,opencv-python-headless,opencv-contrib-python PIL:pillow bs4:beautifulsoup4
    sklearn:scikit-learn dotenv:python-dotenv jwt:pyjwt jose:python-jose dateutil:python-dateutil MySQLdb:mysqlclient
    psycopg2:psycopg2,psycopg2-binary rest_framework:djangorestframework corsheaders:django-cors-headers
    environ:django-environ,environ-config storages:django-storages fitz:pymupdf magic:python-magic docx:python-docx
    pptx:python-pptx slugify:python-slugify,unicode-slugify,awesome-slugify multipart:python-multipart,multipart
    decouple:python-decouple telegram:python-telegram-bot discord:discord.py,py-cord serial:pyserial usb:pyusb
    Crypto:pycryptodome,pycrypto OpenSSL:pyopenssl nacl:pynacl git:gitpython github:pygithub gitlab:python-gitlab
    ldap:python-ldap memcache:python-memcached zmq:pyzmq attr:attrs attrs:attrs markdown:markdown redis:redis celery:celery
    requests:requests httpx:httpx flask:flask django:django fastapi:fastapi sqlalchemy:sqlalchemy alembic:alembic
    pandas:pandas numpy:numpy scipy:scipy boto3:boto3 pydantic_settings:pydantic-settings uvicorn:uvicorn
    gunicorn:gunicorn aiohttp:aiohttp stripe:stripe sentry_sdk:sentry-sdk prometheus_client:prometheus-client
    structlog:structlog loguru:loguru passlib:passlib bcrypt:bcrypt pymongo:pymongo motor:motor asyncpg:asyncpg
    psycopg:psycopg,psycopg-binary pymysql:pymysql aiomysql:aiomysql aiosqlite:aiosqlite kafka:kafka-python,kafka-python-ng
    pika:pika elasticsearch:elasticsearch tenacity:tenacity jinja2:jinja2 lxml:lxml openpyxl:openpyxl matplotlib:matplotlib
    torch:torch tensorflow:tensorflow transformers:transformers openai:openai anthropic:anthropic tqdm:tqdm rich:rich
    typer:typer orjson:orjson ujson:ujson simplejson:simplejson toml:toml cachetools:cachetools apscheduler:apscheduler
    flask_cors:flask-cors flask_sqlalchemy:flask-sqlalchemy flask_login:flask-login flask_migrate:flask-migrate
    flask_jwt_extended:flask-jwt-extended sqlmodel:sqlmodel peewee:peewee marshmallow:marshmallow arrow:arrow
    pendulum:pendulum twilio:twilio sendgrid:sendgrid paramiko:paramiko psutil:psutil email_validator:email-validator
    phonenumbers:phonenumbers xmltodict:xmltodict websockets:websockets socketio:python-socketio geopy:geopy
    shapely:shapely joblib:joblib xgboost:xgboost lightgbm:lightgbm statsmodels:statsmodels seaborn:seaborn plotly:plotly
    whitenoise:whitenoise channels:channels dramatiq:dramatiq rq:rq arq:arq slowapi:slowapi aioredis:aioredis
    hvac:hvac minio:minio pyotp:pyotp qrcode:qrcode reportlab:reportlab weasyprint:weasyprint html5lib:html5lib
"""
DISTRIBUTIONS: dict[str, tuple[str, ...]] = {
    module: tuple(names.split(",")) for module, _, names in (entry.partition(":") for entry in _OTHERS.split())
}
"""Module to the distributions that bring it, for modules of which that is certain."""
BROUGHT_BY: dict[str, tuple[str, ...]] = {
    "numpy": ("pandas", "scipy", "scikit-learn", "matplotlib", "torch", "tensorflow", "opencv-python", "xgboost",
              "lightgbm", "statsmodels", "seaborn", "transformers", "shapely", "opencv-python-headless"),
    "scipy": ("scikit-learn", "statsmodels", "xgboost", "lightgbm"),
    "joblib": ("scikit-learn",), "pandas": ("seaborn", "statsmodels"), "matplotlib": ("seaborn",),
    "jinja2": ("flask", "fastapi", "ansible", "torch", "sphinx"), "sqlalchemy": ("sqlmodel", "alembic", "flask-sqlalchemy"),
    "alembic": ("flask-migrate",), "flask_sqlalchemy": ("flask-migrate",), "httpx": ("openai", "anthropic", "fastapi"),
    "flask": ("flask-cors", "flask-sqlalchemy", "flask-login", "flask-migrate", "flask-jwt-extended", "flask-restful"),
    "requests": ("twilio", "stripe", "transformers", "minio", "requests-oauthlib", "hvac", "python-gitlab", "pygithub"),
    "django": ("djangorestframework", "django-cors-headers", "django-environ", "django-storages", "wagtail", "channels"),
    "dotenv": ("pydantic-settings", "uvicorn", "flask", "fastapi"), "yaml": ("uvicorn", "transformers", "apispec"),
    "multipart": ("fastapi",), "email_validator": ("fastapi", "pydantic"), "uvicorn": ("fastapi",), "orjson": ("fastapi",),
    "ujson": ("fastapi",), "rich": ("typer", "fastapi"), "typer": ("fastapi",), "websockets": ("uvicorn",),
    "dateutil": ("pandas", "boto3", "matplotlib", "celery", "arrow", "pendulum"), "jwt": ("twilio", "pygithub",
    "flask-jwt-extended"), "redis": ("celery", "rq", "arq", "django-redis", "channels-redis", "dramatiq"),
    "tqdm": ("openai", "transformers"), "bs4": (), "aiohttp": ("discord.py", "openai"), "PIL": ("reportlab", "qrcode",
    "matplotlib", "python-pptx", "weasyprint", "wagtail"), "lxml": ("python-docx", "python-pptx"), "torch": ("transformers",
    "sentence-transformers"), "markdown": ("mkdocs",), "attr": ("aiohttp", "pytest", "jsonschema"), "bcrypt": ("passlib", "paramiko"),
    "nacl": ("paramiko", "pygithub"), "psycopg2": (), "numexpr": (), "tenacity": ("langchain", "plotly"),
    "sentry_sdk": (), "pymongo": ("motor", "mongoengine", "beanie", "pymongo"), "motor": ("beanie",),
    "passlib": ("fastapi-users",), "OpenSSL": (), "cachetools": ("google-auth",), "psutil": (), "stripe": ("dj-stripe",),
    "openpyxl": (), "pendulum": ("apache-airflow",), "boto3": ("sagemaker",), "attrs": ("aiohttp", "jsonschema"),
    "rest_framework": ("drf-spectacular", "djangorestframework-simplejwt", "drf-yasg"), "kafka": (),
    "environ": (), "celery": ("flower", "django-celery-beat", "django-celery-results"), "simplejson": (),
}  # fmt: skip
"""Module to distributions that bring it along as a dependency of their own."""
_STDLIB = frozenset(sys.stdlib_module_names) | frozenset(
    "distutils imp asynchat asyncore smtpd compression annotationlib tomllib __main__ _typeshed pkg_resources setuptools".split()  # noqa: SIM905 - a list of words
)
_NODE = frozenset(
    "assert async_hooks buffer child_process cluster console constants crypto dgram diagnostics_channel dns domain events"  # noqa: SIM905 - a list of words
    " fs http http2 https inspector module net os path perf_hooks process punycode querystring readline repl stream"
    " string_decoder sys timers tls trace_events tty url util v8 vm wasi worker_threads zlib test sqlite sea".split()
)
_HOSTS = re.compile(
    r"^(?:[a-z][a-z0-9+.-]*:|[/~#$%@]/|[~#$!/]|k6(?:/|$)|vscode$|electron$|aws-sdk$|@aws-sdk/|aws-lambda$|server-only$"
    r"|client-only$|@site/|@theme|@docusaurus/|@generated|@internal|meteor/|\.prisma|@prisma/client/|bun$|bun:|ext:|deno"
    r"|std/|react-native$|@cloudflare/|virtual|\.)|[${}<>*!? ]"
)
"""Specifiers that a host, a bundler or a framework resolves by itself."""


def is_standard(module: str) -> bool:
    """Whether Python brings the module along, in this version or another."""
    return module.partition(".")[0] in _STDLIB


def npm_name(specifier: str) -> str | None:
    """The package of an import of JavaScript; None for what no package of a registry is meant by."""
    parts = specifier.split("/")
    if _HOSTS.search(specifier) or parts[0] in _NODE or not specifier:
        return None
    if parts[0].startswith("@"):
        return "/".join(parts[:2]) if len(parts) > 1 and len(parts[0]) > 1 else None
    return parts[0] if re.fullmatch(r"[a-z0-9][\w.-]*", parts[0], re.IGNORECASE) else None


def distributions(module: str) -> tuple[str, ...]:
    """The distributions that bring a module, by the table or by its own name."""
    top = module.partition(".")[0]
    return DISTRIBUTIONS.get(top, (top,))


def may_bring(distribution: str, module: str) -> bool:
    """Whether a distribution's name is near enough to a module's to be the one that brings it."""
    name, top = plain_name(distribution).replace("-", ""), plain_name(module.partition(".")[0]).replace("-", "")
    return name in top or top in name if min(len(name), len(top)) >= 3 else name == top
