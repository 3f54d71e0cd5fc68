from __future__ import annotations

from pathlib import Path

from code_project import routes_of

FASTAPI = {
    "app/main.py": """
        from fastapi import FastAPI
        from app.api import api_router
        from app.config import settings

        app = FastAPI(openapi_url=None)
        app.include_router(api_router, prefix=settings.API_V1_STR)
        """,
    "app/config.py": """
        from pydantic_settings import BaseSettings

        class Settings(BaseSettings):
            API_V1_STR: str = "/api/v1"

        settings = Settings()
        """,
    "app/deps.py": """
        from typing import Annotated
        from fastapi import Depends, HTTPException
        from fastapi.security import OAuth2PasswordBearer

        scheme = OAuth2PasswordBearer(tokenUrl="login")

        def get_db(): ...

        def get_current_user(token: Annotated[str, Depends(scheme)]):
            raise HTTPException(status_code=401)

        CurrentUser = Annotated[object, Depends(get_current_user)]
        """,
    "app/api.py": """
        from fastapi import APIRouter, Depends
        from app import items
        from app.deps import get_current_user

        api_router = APIRouter()
        api_router.include_router(items.router, prefix="/items")
        api_router.include_router(items.admin, dependencies=[Depends(get_current_user)])
        """,
    "app/items.py": """
        from fastapi import APIRouter, Depends
        from app.deps import CurrentUser, get_db

        router = APIRouter()
        admin = APIRouter(prefix="/admin")
        lost = APIRouter(prefix="/lost")

        @router.get("/{id}")
        def read(id: int, db=Depends(get_db)): ...

        @router.post("/")
        def create(user: CurrentUser): ...

        @admin.delete("/all/{path:path}")
        def wipe(): ...

        @lost.get("/x")
        def never(): ...
        """,
}


def test_fastapi_prefixes_are_joined_across_files_and_settings(tmp_path: Path) -> None:
    found = routes_of(tmp_path, FASTAPI)

    read = found["GET /api/v1/items/{id}"]
    assert (read.framework, read.handler, read.auth, read.mounted, read.prefix_known) == (
        "fastapi",
        "read",
        False,
        True,
        True,
    )
    assert (read.at.path, read.at.line) == ("app/items.py", 8)


def test_fastapi_dependencies_guard_by_parameter_and_by_inclusion(tmp_path: Path) -> None:
    found = routes_of(tmp_path, FASTAPI)

    assert found["POST /api/v1/items/"].auth is True
    wiped = found["DELETE /api/v1/admin/all/{path*}"]
    assert wiped.auth is True
    assert wiped.auth_at is not None and wiped.auth_at.path == "app/api.py"


def test_a_router_that_nothing_includes_is_unmounted(tmp_path: Path) -> None:
    lost = routes_of(tmp_path, FASTAPI)["GET /lost/x"]

    assert (lost.mounted, lost.prefix_known) == (False, False)


def test_routers_included_in_a_loop_are_mounted(tmp_path: Path) -> None:
    found = routes_of(
        tmp_path,
        {
            "main.py": """
                from fastapi import APIRouter, FastAPI
                a, b = APIRouter(), APIRouter()
                users = APIRouter(prefix="/users")
                app = FastAPI(openapi_url=None)
                for router, prefix in [(users, "/x")]:
                    app.include_router(router)

                @users.get("")
                def all_users(): ...
                """
        },
    )

    assert found["GET /users"].mounted is True


def test_an_application_handed_to_a_function_gets_its_routes(tmp_path: Path) -> None:
    found = routes_of(
        tmp_path,
        {
            "main.py": """
                from fastapi import FastAPI
                from setup import register

                def create_app():
                    app = FastAPI(docs_url=None, redoc_url=None, openapi_url="/spec.json")
                    register(app)
                    return app
                """,
            "setup.py": """
                from fastapi import FastAPI

                def register(app: FastAPI):
                    @app.get("/health")
                    def health(): ...
                """,
        },
    )

    assert sorted(found) == ["GET /health", "GET /spec.json"]
    assert found["GET /health"].mounted is True


def test_a_middleware_that_refuses_leaves_a_doubt(tmp_path: Path) -> None:
    found = routes_of(
        tmp_path,
        {
            "main.py": """
                from fastapi import FastAPI
                app = FastAPI(openapi_url=None)

                class TokenMiddleware:
                    def dispatch(self, request):
                        return Response(status_code=401)

                app.add_middleware(TokenMiddleware)

                @app.get("/x")
                def x(): ...
                """
        },
    )

    assert found["GET /x"].auth is None


def test_flask_blueprints_take_the_prefix_of_their_registration(tmp_path: Path) -> None:
    found = routes_of(
        tmp_path,
        {
            "app.py": """
                from flask import Flask
                from shop import bp
                app = Flask(__name__)
                app.register_blueprint(bp, url_prefix="/v2")

                @app.route("/", methods=["GET", "POST"])
                def home(): ...
                """,
            "shop.py": """
                from flask import Blueprint
                from flask_login import login_required
                bp = Blueprint("shop", __name__, url_prefix="/v1")

                @bp.get("/cart/<int:id>")
                @login_required
                def cart(id): ...

                def late(): ...
                bp.add_url_rule("/late", view_func=late)
                """,
        },
    )

    assert sorted(found) == ["GET /", "GET /v2/cart/{id}", "GET /v2/late", "POST /"]
    assert found["GET /v2/cart/{id}"].auth is True and found["GET /"].auth is False


def test_optional_tokens_do_not_guard(tmp_path: Path) -> None:
    found = routes_of(
        tmp_path,
        {
            "app.py": """
                from flask import Flask
                from flask_jwt_extended import jwt_required
                app = Flask(__name__)

                @app.get("/a")
                @jwt_required()
                def a(): ...

                @app.get("/b")
                @jwt_required(optional=True)
                def b(): ...
                """
        },
    )

    assert found["GET /a"].auth is True and found["GET /b"].auth is False


def test_a_hook_of_a_blueprint_that_refuses_guards_it(tmp_path: Path) -> None:
    found = routes_of(
        tmp_path,
        {
            "app.py": """
                from flask import Blueprint, Flask, abort
                app = Flask(__name__)
                bp = Blueprint("bp", __name__)

                @bp.before_request
                def known():
                    abort(401)

                @bp.get("/x")
                def x(): ...

                app.register_blueprint(bp)
                """
        },
    )

    assert found["GET /x"].auth is True


def test_flask_restful_resources_have_a_route_per_method(tmp_path: Path) -> None:
    found = routes_of(
        tmp_path,
        {
            "app.py": """
                from flask import Flask
                from flask_restful import Api, Resource
                app = Flask(__name__)
                api = Api(app, prefix="/api")

                class Item(Resource):
                    def get(self, id): ...
                    def delete(self, id): ...

                api.add_resource(Item, "/items/<id>")
                """
        },
    )

    assert sorted(found) == ["DELETE /api/items/{id}", "GET /api/items/{id}"]


def test_starlette_and_aiohttp_routes_are_read_from_lists(tmp_path: Path) -> None:
    found = routes_of(
        tmp_path,
        {
            "a.py": """
                from starlette.applications import Starlette
                from starlette.routing import Mount, Route
                def home(request): ...
                app = Starlette(routes=[Mount("/api", routes=[Route("/x", home, methods=["POST"])])])
                """,
            "b.py": """
                from aiohttp import web
                async def health(request): ...
                app = web.Application()
                app.add_routes([web.get("/health", health)])
                app.router.add_post("/jobs", health)
                """,
        },
    )

    assert sorted(found) == ["GET /health", "POST /api/x", "POST /jobs"]


def test_a_metrics_application_mounted_is_a_route(tmp_path: Path) -> None:
    found = routes_of(
        tmp_path,
        {
            "main.py": """
                from fastapi import FastAPI
                from prometheus_client import make_asgi_app
                from prometheus_fastapi_instrumentator import Instrumentator
                app = FastAPI(openapi_url=None)
                app.mount("/internal/metrics", make_asgi_app())
                Instrumentator().instrument(app).expose(app)
                """
        },
    )

    assert sorted(found) == ["ANY /internal/metrics", "GET /metrics"]


def test_a_function_that_many_routers_are_given_to_joins_none_of_them(tmp_path: Path) -> None:
    found = routes_of(
        tmp_path,
        {
            "views.py": """
                from fastapi import APIRouter
                def controller(router: APIRouter):
                    inner = APIRouter()
                    router.include_router(inner)
                    return lambda cls: cls
                """,
            "items.py": """
                from fastapi import APIRouter
                from views import controller
                router = APIRouter(prefix="/items")
                @controller(router)
                class Items:
                    @router.get("/{id}")
                    def one(self): ...
                """,
            "users.py": """
                from fastapi import APIRouter
                from views import controller
                router = APIRouter(prefix="/users")
                @controller(router)
                class Users:
                    @router.get("/{id}")
                    def one(self): ...
                """,
            "main.py": """
                from fastapi import FastAPI
                import items, users
                app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
                app.include_router(items.router)
                app.include_router(users.router)
                """,
        },
    )

    assert sorted(found) == ["GET /items/{id}", "GET /users/{id}"]


def test_the_class_of_a_view_or_of_a_router_guards_too(tmp_path: Path) -> None:
    found = routes_of(
        tmp_path,
        {
            "base.py": """
                from fastapi import APIRouter, Depends
                from security import get_current_user
                class UserRouter(APIRouter):
                    def __init__(self, **rest):
                        super().__init__(dependencies=[Depends(get_current_user)], **rest)
                class UserView:
                    user: str = Depends(get_current_user)
                """,
            "main.py": """
                from fastapi import FastAPI, APIRouter
                from base import UserRouter, UserView
                app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
                closed = UserRouter(prefix="/closed")
                plain = APIRouter()
                class Mine(UserView):
                    @plain.post("/mine")
                    def add(self): ...
                class Open:
                    @plain.post("/open")
                    def add(self): ...
                @closed.post("/x")
                def x(): ...
                app.include_router(closed)
                app.include_router(plain)
                """,
        },
    )

    assert {name: route.auth for name, route in found.items()} == {
        "POST /closed/x": True,
        "POST /mine": True,
        "POST /open": False,
    }


def test_an_instance_that_depends_on_a_guard_when_it_is_called_guards(tmp_path: Path) -> None:
    main = """
        from typing import Annotated
        from fastapi import Depends, FastAPI, HTTPException

        def current_user(token: str):
            raise HTTPException(401)

        class Manager:
            async def __call__(self, id: int, user: Annotated[object, Depends(current_user)]): ...

        class Paging:
            def __call__(self, page: int): ...

        app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)

        @app.get("/held")
        def held(user: Annotated[object, Depends(Manager())]): ...

        @app.get("/open")
        def open(page: Annotated[object, Depends(Paging())]): ...
        """
    found = routes_of(tmp_path, {"main.py": main})

    assert {name: bool(route.auth) for name, route in found.items()} == {"GET /held": True, "GET /open": False}
