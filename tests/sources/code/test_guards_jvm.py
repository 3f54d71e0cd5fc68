"""Which routes Spring Security's filter chains guard."""

from __future__ import annotations

from pathlib import Path

import pytest
from code_project import routes_of

POM = "<project><dependencies><dependency><artifactId>spring-boot-starter-security</artifactId></dependency></dependencies></project>"
CONTROLLER = """
    package shop;
    @RestController
    @RequestMapping("/api")
    class Items {
        @GetMapping("/items/{id}") public Item show() { return null; }
        @PostMapping("/items") public void add() {}
        @DeleteMapping("/admin/items/{id}") public void wipe() {}
    }
    """
CHAIN = """
    package shop;
    @Configuration
    class Security {{
        static final String[] OPEN = {{"/api/items/**", "/docs"}};
        {annotation}
        SecurityFilterChain chain(HttpSecurity http) throws Exception {{
            return http{rules}.build();
        }}
    }}
    """


def auths(tmp_path: Path, rules: str, annotation: str = "@Bean", settings: str = "spring: {}\n") -> list[bool | None]:
    """What is asked of: reading one, adding, deleting as an administrator."""
    found = routes_of(
        tmp_path,
        {
            "pom.xml": POM,
            "src/main/java/shop/Items.java": CONTROLLER,
            "src/main/java/shop/Security.java": CHAIN.format(rules=rules, annotation=annotation),
            "src/main/resources/application.yml": settings,
        },
    )
    by_method = {r.method: r.auth for r in found.values()}
    return [by_method["GET"], by_method["POST"], by_method["DELETE"]]


REST = ".anyRequest().authenticated())"
REQUESTS = ".authorizeHttpRequests(it -> it"


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        (f"{REQUESTS}{REST}", [True, True, True]),
        (f'{REQUESTS}.requestMatchers("/api/items/**").permitAll(){REST}', [False, False, True]),
        (f'{REQUESTS}.requestMatchers(HttpMethod.GET, "/api/items/*").permitAll(){REST}', [False, True, True]),
        (f'{REQUESTS}.requestMatchers(HttpMethod.GET).permitAll(){REST}', [False, True, True]),
        (f"{REQUESTS}.requestMatchers(OPEN).permitAll(){REST}", [False, False, True]),
        (f"{REQUESTS}.requestMatchers(Paths.OPEN_ONES).permitAll(){REST}", [None, None, None]),
        (f'{REQUESTS}.requestMatchers("/api/admin/**").hasRole("ADMIN").anyRequest().permitAll())', [False, False, True]),
        (f'{REQUESTS}.requestMatchers("/api/admin/**").hasRole("ADMIN").anyRequest().permitAll()).addFilterBefore(own, X.class)', [None, None, True]),
        (f'{REQUESTS}.anyRequest().authenticated() /* .requestMatchers("/api/**").permitAll() */)', [True, True, True]),
        (f'.securityMatcher("/api/admin/**"){REQUESTS}{REST}', [None, None, True]),
        (".csrf(it -> it.disable())", [False, False, False]),
        (".with(ownRules(), it -> {})", [None, None, None]),
        ('.authorizeRequests().antMatchers("/api/items/{id}").permitAll().anyRequest().access("hasRole(\'USER\')")', [False, True, True]),
        (f'{REQUESTS}.requestMatchers(new AntPathRequestMatcher("/api/items", "POST")).permitAll(){REST}', [True, False, True]),
        (f'{REQUESTS}.regexMatchers("/api/.*").permitAll(){REST}', [None, None, None]),
    ],
)  # fmt: skip
def test_the_first_rule_that_matches_decides(tmp_path: Path, rules: str, expected: list[bool | None]) -> None:
    assert auths(tmp_path, rules) == expected


def test_a_chain_of_some_profiles_only_leaves_a_doubt(tmp_path: Path) -> None:
    assert auths(tmp_path, f"{REQUESTS}{REST}", '@Bean @Profile("!dev")') == [None, None, None]


def test_the_context_path_is_no_part_of_what_is_matched(tmp_path: Path) -> None:
    settings = "server: {servlet: {context-path: /shop}}\n"

    assert auths(tmp_path, f'{REQUESTS}.requestMatchers("/api/items/**").permitAll(){REST}', settings=settings) == [
        False,
        False,
        True,
    ]


def test_the_place_of_the_rule_is_told(tmp_path: Path) -> None:
    files = {
        "pom.xml": POM,
        "src/main/java/shop/Items.java": CONTROLLER,
        "src/main/java/shop/Security.java": CHAIN.format(rules=f"{REQUESTS}{REST}", annotation="@Bean"),
    }

    assert str(routes_of(tmp_path, files)["POST /api/items"].auth_at) == "src/main/java/shop/Security.java:7"
