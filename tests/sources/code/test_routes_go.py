from __future__ import annotations

from pathlib import Path

import pytest
from code_project import routes_of


def test_gin_groups_are_handed_to_other_packages(tmp_path: Path) -> None:
    found = routes_of(
        tmp_path,
        {
            "go.mod": "module example.com/shop\n",
            "main.go": """
                package main
                import ("github.com/gin-gonic/gin"; "example.com/shop/internal/v1")
                func main() {
                    r := gin.Default()
                    r.GET("/healthz", health)
                    api := r.Group("/v1")
                    v1.Register(api)
                }
                """,
            "internal/v1/routes.go": """
                package v1
                import "github.com/gin-gonic/gin"
                func Register(g *gin.RouterGroup) {
                    g.GET("/items/:id", show)
                    own := g.Group("/me", AuthRequired())
                    own.PUT("", update)
                }
                func AuthRequired() gin.HandlerFunc {
                    return func(c *gin.Context) { c.AbortWithStatus(401) }
                }
                """,
        },
    )

    assert {name: route.auth for name, route in found.items()} == {
        "GET /healthz": False,
        "GET /v1/items/{id}": False,
        "PUT /v1/me": True,
    }
    assert all(route.mounted for route in found.values())


def test_chi_routes_nest_and_mount(tmp_path: Path) -> None:
    found = routes_of(
        tmp_path,
        {
            "main.go": """
                package main
                import "github.com/go-chi/chi/v5"
                func main() {
                    r := chi.NewRouter()
                    r.Route("/api", func(r chi.Router) {
                        r.Use(RequireAuth)
                        r.Get("/{id:[0-9]+}", show)
                    })
                    r.Mount("/admin", admin())
                }
                func admin() chi.Router {
                    r := chi.NewRouter()
                    r.Delete("/x", wipe)
                    return r
                }
                """
        },
    )

    assert {name: route.auth for name, route in found.items()} == {"GET /api/{id}": True, "DELETE /admin/x": False}


def test_gorilla_methods_prefixes_and_constants(tmp_path: Path) -> None:
    found = routes_of(
        tmp_path,
        {
            "main.go": """
                package main
                import ("net/http"; "github.com/gorilla/mux")
                const base = "/shop"
                func main() {
                    r := mux.NewRouter()
                    r.HandleFunc(base+"/cart", cart).Methods(http.MethodGet, "POST")
                    s := r.PathPrefix("/api").Subrouter()
                    s.HandleFunc("/x/{id}", f)
                }
                """
        },
    )

    assert sorted(found) == ["ANY /api/x/{id}", "GET /shop/cart", "POST /shop/cart"]


def test_the_standard_library_with_patterns_and_the_default_mux(tmp_path: Path) -> None:
    found = routes_of(
        tmp_path,
        {
            "main.go": """
                package main
                import ("net/http"; "github.com/prometheus/client_golang/prometheus/promhttp")
                func main() {
                    mux := http.NewServeMux()
                    mux.HandleFunc("POST /items/{id}", add)
                    http.Handle("/metrics", promhttp.Handler())
                    http.Get("https://example.com/x")
                }
                """
        },
    )

    assert sorted(found) == ["ANY /metrics", "POST /items/{id}"]


def test_a_variable_that_the_environment_sets_has_its_declared_value(tmp_path: Path) -> None:
    found = routes_of(
        tmp_path,
        {
            "main.go": """
                package main
                import ("os"; "net/http")
                var base = ""
                func main() {
                    base = os.Getenv("BASE_URL")
                    http.HandleFunc(base+"/healthz", f)
                }
                """
        },
    )

    assert sorted(found) == ["ANY /healthz"]


@pytest.mark.parametrize(
    ("last", "auth"),
    [
        ("return gate.requireAPIKey(cors(mux))", True),
        ("http.ListenAndServe(addr, requireLogin(mux))", True),
        ("return gate.handleWebSession(mux)", None),
        ("return sessionManager.LoadAndSave(mux)", False),
        ("return withCORS(mux)", False),
        ("requireLoginRoutes(mux)", False),
    ],
)
def test_a_guard_around_the_whole_mux_holds_for_its_routes(tmp_path: Path, last: str, auth: bool | None) -> None:
    body = f"""
        package api
        import "net/http"
        func New() http.Handler {{
            mux := http.NewServeMux()
            mux.HandleFunc("POST /users", add)
            {last}
        }}
        """

    assert [r.auth for r in routes_of(tmp_path, {"api.go": body}).values()] == [auth]


def test_methods_in_a_list_make_a_route_each(tmp_path: Path) -> None:
    body = """
        package main
        import "github.com/gin-gonic/gin"
        func main() {
            r := gin.Default()
            r.Match([]string{"GET", http.MethodHead}, "/health", health)
        }
        """

    assert sorted(routes_of(tmp_path, {"main.go": body})) == ["GET /health", "HEAD /health"]
