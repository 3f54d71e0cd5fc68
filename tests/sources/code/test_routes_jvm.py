from __future__ import annotations

from pathlib import Path

from code_project import routes_of

POM = """
    <project>
      <dependencies>
        <dependency><artifactId>spring-boot-starter-web</artifactId></dependency>
        EXTRA
      </dependencies>
    </project>
    """
CONTROLLER = """
    package shop;
    @RestController
    @RequestMapping(Items.BASE)
    class Items {
        static final String BASE = "/items";

        @GetMapping("/{id}")
        public Item show(@PathVariable int id) { return null; }

        @PreAuthorize("hasRole('ADMIN')")
        @RequestMapping(value = {"/a", "/b"}, method = RequestMethod.DELETE)
        public void wipe() {}
    }
    """
ACTUATOR = "<dependency><artifactId>spring-boot-starter-actuator</artifactId></dependency>"
SECURITY = "<dependency><artifactId>spring-boot-starter-security</artifactId></dependency>"


def service(extra: str = "", settings: str = "") -> dict[str, str]:
    return {
        "pom.xml": POM.replace("EXTRA", extra),
        "src/main/java/shop/Items.java": CONTROLLER,
        "src/main/resources/application.yml": settings or "spring: {}\n",
    }


def test_class_and_method_mappings_are_joined_under_the_context_path(tmp_path: Path) -> None:
    found = routes_of(tmp_path, service(settings="server:\n  servlet:\n    context-path: /shop\n"))

    assert {name: route.auth for name, route in found.items()} == {
        "GET /shop/items/{id}": False,
        "DELETE /shop/items/a": True,
        "DELETE /shop/items/b": True,
    }


def test_with_spring_security_an_unmarked_route_is_in_doubt(tmp_path: Path) -> None:
    assert routes_of(tmp_path, service(SECURITY))["GET /items/{id}"].auth is None


def test_the_actuator_serves_health_and_what_is_exposed(tmp_path: Path) -> None:
    settings = "management.endpoints.web.exposure.include: health,info,prometheus\n"

    found = routes_of(tmp_path, service(ACTUATOR, settings))

    actuator = sorted(route.path for route in found.values() if route.framework == "spring-actuator")
    assert actuator == ["/actuator/health", "/actuator/health/liveness", "/actuator/health/readiness", "/actuator/info"]


def test_each_module_serves_the_actuator_that_its_parent_brings(tmp_path: Path) -> None:
    files = {f"rooms/{path}": text for path, text in service().items()}

    found = routes_of(tmp_path, {**files, "pom.xml": POM.replace("EXTRA", ACTUATOR)})

    assert {r.at.path for r in found.values() if r.framework == "spring-actuator"} == {"rooms/pom.xml"}


def test_prometheus_is_served_with_its_registry_only(tmp_path: Path) -> None:
    registry = "<dependency><artifactId>micrometer-registry-prometheus</artifactId></dependency>"
    settings = "management:\n  endpoints:\n    web:\n      base-path: /manage\n      exposure:\n        include: '*'\n"

    found = routes_of(tmp_path, service(ACTUATOR + registry, settings))

    assert "GET /manage/prometheus" in found


def test_jax_rs_paths(tmp_path: Path) -> None:
    found = routes_of(
        tmp_path,
        {
            "src/main/java/shop/Carts.java": """
                import jakarta.ws.rs.*;
                @Path("/carts")
                public class Carts {
                    @GET @Path("{id}") @RolesAllowed("user")
                    public String one() { return ""; }
                }
                """
        },
    )

    assert found["GET /carts/{id}"].auth is True


def test_gateway_predicates_are_routes(tmp_path: Path) -> None:
    settings = """
        spring:
          cloud:
            gateway:
              routes:
                - id: vets
                  predicates:
                    - Path=/api/vet/**
        """

    found = routes_of(tmp_path, service(ACTUATOR, settings))

    assert "ANY /api/vet/{rest*}" in found


def test_what_asks_other_services_has_no_routes(tmp_path: Path) -> None:
    client = '@Path("/orders")\n@RegisterRestClient\ninterface Orders {\n  @POST\n  void add();\n}\n'

    assert not routes_of(tmp_path, {"src/main/java/shop/Orders.java": client})
