from __future__ import annotations

from pathlib import Path

import pytest
from code_project import routes_of

from kit.sources.code.routes_django import regex_path

SITE = {
    "site/settings.py": """
        ROOT_URLCONF = "site.urls"
        INSTALLED_APPS = []
        ADMIN_URL = "office/"
        REST_FRAMEWORK = {"DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"]}
        """,
    "site/urls.py": """
        from django.conf import settings
        from django.contrib import admin
        from django.urls import include, path, re_path
        from shop import views

        urlpatterns = [
            path(settings.ADMIN_URL, admin.site.urls),
            path("shop/", include("shop.urls")),
            path("", include("django_prometheus.urls")),
            re_path(r"^old/(?P<year>[0-9]{4})/$", views.old),
        ]
        """,
    "shop/urls.py": """
        from django.urls import include, path
        from rest_framework.routers import DefaultRouter
        from shop import views

        router = DefaultRouter()
        router.register(r"items", views.ItemViewSet)
        urlpatterns = [
            path("cart/<int:pk>/", views.Cart.as_view()),
            path("health/", views.Health.as_view()),
            path("api/", include(router.urls)),
        ]
        """,
    "shop/views.py": """
        from django.contrib.auth.decorators import login_required
        from django.contrib.auth.mixins import LoginRequiredMixin
        from django.views import View
        from rest_framework.decorators import action
        from rest_framework.permissions import AllowAny
        from rest_framework.views import APIView
        from rest_framework.viewsets import ReadOnlyModelViewSet

        @login_required
        def old(request, year): ...

        class Cart(LoginRequiredMixin, View):
            def get(self, request, pk): ...
            def post(self, request, pk): ...

        class Health(APIView):
            permission_classes = [AllowAny]
            def get(self, request): ...

        class ItemViewSet(ReadOnlyModelViewSet):
            @action(detail=True, methods=["post"], permission_classes=[AllowAny])
            def like(self, request, pk=None): ...
        """,
}


def test_included_configurations_are_joined_from_the_root(tmp_path: Path) -> None:
    found = routes_of(tmp_path, SITE)

    assert sorted(found) == [
        "ANY /office/{path*}",
        "ANY /old/{year}/",
        "GET /metrics",
        "GET /shop/api/items/",
        "GET /shop/api/items/{id}/",
        "GET /shop/cart/{pk}/",
        "GET /shop/health/",
        "POST /shop/api/items/{id}/like/",
        "POST /shop/cart/{pk}/",
    ]


def test_views_are_guarded_by_decorator_mixin_permission_and_default(tmp_path: Path) -> None:
    found = routes_of(tmp_path, SITE)

    guarded = {name for name, route in found.items() if route.auth}
    assert guarded == {
        "ANY /office/{path*}",
        "ANY /old/{year}/",
        "GET /shop/api/items/",
        "GET /shop/api/items/{id}/",
        "GET /shop/cart/{pk}/",
        "POST /shop/cart/{pk}/",
    }


def test_patterns_behind_names_and_conditions_are_served(tmp_path: Path) -> None:
    urls = """
        from django.conf import settings
        from django.urls import path
        from shop import views

        enter = path("enter/", views.old) if settings.DEBUG else path("enter/", views.Health.as_view())
        leave = path("leave/", views.old)
        never = path("never/", views.old)
        urlpatterns = [enter, leave, path("a/", views.old) if settings.X else path("b/", views.old)]
        """
    found = routes_of(tmp_path, {**SITE, "site/urls.py": urls})
    mounted = {name for name, route in found.items() if route.mounted}

    assert mounted == {"GET /enter/", "ANY /enter/", "ANY /leave/", "ANY /a/", "ANY /b/"}


def test_a_configuration_that_no_root_reaches_is_unmounted(tmp_path: Path) -> None:
    lost = """
        from django.urls import path
        from shop import views
        urlpatterns = [path("lost/", views.old)]
        """

    found = routes_of(tmp_path, {**SITE, "other/urls.py": lost})

    assert found["ANY /lost/"].mounted is False


def test_regular_expressions_become_paths() -> None:
    assert regex_path(r"^users/(?P<pk>\d+)/posts/([a-z]+)/$") == "users/{pk}/posts/{param}/"
    assert regex_path(r"^feed\.xml$") == "feed.xml"


@pytest.mark.parametrize(("mixin", "guarded"), [("ModelPermissionRequiredMixin", True), ("TitleRequiredMixin", False)])
def test_a_mixin_of_ones_own_guards_where_its_name_says_so(tmp_path: Path, mixin: str, guarded: bool) -> None:
    files = {
        "shop/settings.py": "ROOT_URLCONF = 'shop.urls'\n",
        "shop/urls.py": "from django.urls import path\nfrom shop import views\nurlpatterns = [path('a/', views.A.as_view())]\n",
        "shop/views.py": f"from lib import View\nclass {mixin}: ...\nclass Base({mixin}, View): ...\n"
        "class A(Base):\n    def post(self, request): ...\n",
    }

    assert bool(routes_of(tmp_path, files)["POST /a/"].auth) is guarded


def test_permissions_that_a_base_of_the_project_states_guard_its_views(tmp_path: Path) -> None:
    files = {
        "shop/urls.py": """
            from django.urls import path
            from shop.views import Delete, Open
            urlpatterns = [path("delete/", Delete.as_view()), path("open/", Open.as_view())]
            """,
        "shop/views.py": """
            from rest_framework.generics import GenericAPIView
            from rest_framework.permissions import AllowAny, IsAuthenticated

            class Base(GenericAPIView):
                permission_classes = (IsAuthenticated,)

            class Middle(Base):
                pass

            class Delete(Middle):
                def post(self, request): ...

            class Open(Middle):
                permission_classes = (AllowAny,)
                def post(self, request): ...
            """,
    }
    found = routes_of(tmp_path, files)

    assert {name: route.auth for name, route in found.items()} == {"POST /delete/": True, "POST /open/": False}


def test_patterns_that_another_module_adds_to_its_own_are_mounted_once(tmp_path: Path) -> None:
    files = {
        "config/settings.py": "ROOT_URLCONF = 'config.urls'\n",
        "config/urls.py": """
            from django.urls import path
            from goods.urls import urlpatterns as goods
            from team import urls as team
            urlpatterns = []
            urlpatterns += [path("me/", me)] + goods + team.urlpatterns
            """,
        "goods/urls.py": "from django.urls import path\nurlpatterns = [path('goods/', goods)]\nurlpatterns += [path('more/', more)]\n",
        "team/urls.py": "from django.urls import path\nurlpatterns = [path('team/', team)]\n",
        "lost/urls.py": "from django.urls import path\nurlpatterns = [path('lost/', lost)]\n",
    }
    found = routes_of(tmp_path, files)

    assert {name: route.mounted for name, route in found.items()} == {
        "ANY /me/": True,
        "ANY /goods/": True,
        "ANY /more/": True,
        "ANY /team/": True,
        "ANY /lost/": False,
    }


@pytest.mark.parametrize(("production", "guarded"), [("IsAuthenticated", True), ("AllowAny", False)])
def test_the_permissions_of_production_are_those_that_count(tmp_path: Path, production: str, guarded: bool) -> None:
    other = "AllowAny" if guarded else "IsAuthenticated"
    said = "REST_FRAMEWORK = {{'DEFAULT_PERMISSION_CLASSES': ['rest_framework.permissions.{}']}}\n"
    files = {
        "shop/settings/local.py": said.format(other),
        "shop/settings/production.py": said.format(production),
        "shop/urls.py": "from django.urls import path\nfrom shop import views\nurlpatterns = [path('a/', views.A.as_view())]\n",
        "shop/views.py": "from rest_framework.views import APIView\nclass A(APIView):\n    def post(self, request): ...\n",
    }

    assert bool(routes_of(tmp_path, files)["POST /a/"].auth) is guarded
