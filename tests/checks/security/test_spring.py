"""Who may do what in a Spring service: filter chains, and guards on methods."""

from __future__ import annotations

import pytest
from conftest import Look

POM = (
    "<project><dependencies><dependency><groupId>org.springframework.boot</groupId>"
    "<artifactId>spring-boot-starter-security</artifactId><version>3.3.4</version></dependency></dependencies></project>"
)
CONTROLLER = """
    package shop;
    @RestController
    class Loans {
        @GetMapping("/members/orders")
        public Object all() { return null; }

        @DeleteMapping("/loans/{id}")
        %s
        public void drop() {}
    }
    """
SECURITY = """
    package shop;
    @Configuration
    %s
    class Security {
        @Bean
        SecurityFilterChain chain(HttpSecurity http) throws Exception {
            return http.authorizeHttpRequests(it -> it%s.anyRequest().authenticated()).build();
        }
    }
    """
MAIN = "src/main/java/shop/"


def _service(rules: str = "", method: str = "", switch: str = "") -> dict[str, str]:
    return {
        "pom.xml": POM,
        "Dockerfile": "FROM eclipse-temurin:21\nCOPY target/app.jar /app.jar\nCMD [\"java\", \"-jar\", \"/app.jar\"]\n",
        f"{MAIN}App.java": "package shop;\n@SpringBootApplication\nclass App { public static void main(String[] a) {} }\n",
        f"{MAIN}Loans.java": CONTROLLER % method,
        f"{MAIN}Security.java": SECURITY % (switch, rules),
    }  # fmt: skip


def test_a_chain_that_lets_a_changing_route_through(look: Look) -> None:
    seen = look("SEC-001", _service('.requestMatchers("/loans/**").permitAll()'))

    assert seen.failed == [f"{MAIN}Loans.java:7"]


def test_a_chain_that_asks_of_every_route(look: Look) -> None:
    assert look("SEC-001", _service()).outcomes == ["pass"]


def test_a_private_list_that_the_chain_opens(look: Look) -> None:
    opened = look("SEC-026", _service('.requestMatchers(HttpMethod.GET, "/members/**").permitAll()'))

    assert opened.failed == [f"{MAIN}Loans.java:4"]
    assert look("SEC-026", _service()).outcomes == ["pass"]


@pytest.mark.parametrize(
    ("method", "switch", "failed"),
    [
        ("@PreAuthorize(\"hasRole('STAFF')\")", "", [f"{MAIN}Loans.java:8"]),
        ("@PreAuthorize(\"hasRole('STAFF')\")", "@EnableMethodSecurity", []),
        ('@Secured("ROLE_STAFF")', "@EnableMethodSecurity", [f"{MAIN}Loans.java:8"]),
        ('@Secured("ROLE_STAFF")', "@EnableMethodSecurity(securedEnabled = true)", []),
        ('@RolesAllowed("STAFF")', "@EnableGlobalMethodSecurity(jsr250Enabled = true)", []),
        ("", "", []),
    ],
)
def test_guards_on_methods_are_switched_on(look: Look, method: str, switch: str, failed: list[str]) -> None:
    assert look("SEC-025", _service(method=method, switch=switch)).failed == failed


def test_the_root_of_a_service_that_opens_accounts_is_a_registration(look: Look) -> None:
    files = _service('.requestMatchers("/").permitAll()')
    opens = {**files, f"{MAIN}Loans.java": CONTROLLER.replace("Delete", "Post").replace("/loans/{id}", "/") % ""}
    account = {**opens, f"{MAIN}Loans.java": opens[f"{MAIN}Loans.java"].replace("drop()", "createNewAccount()")}

    assert (look("SEC-001", opens).failed, look("SEC-001", account).failed) == ([f"{MAIN}Loans.java:7"], [])
