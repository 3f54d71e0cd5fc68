"""Guards of Spring that a project writes itself, hits and near misses."""

from __future__ import annotations

from pathlib import Path

import pytest

from kit.project import Project

CONTROLLER = """
package shop;
@RestController
@RequestMapping("/orders")
public class Orders {
  @PostMapping
  public void add({given}) { orders.save(); }
}
"""
RESOLVER = """
package shop;
public class LoginResolver implements HandlerMethodArgumentResolver {
  public boolean supportsParameter(MethodParameter p) { return p.{looks}; }
  public Object resolveArgument(MethodParameter p) { return {made}; }
}
"""
CONFIG = """
package shop;
public class Web implements WebMvcConfigurer {
  public void addInterceptors(InterceptorRegistry registry) {
    registry.addInterceptor({interceptor}){paths};
  }
}
"""
COUNTING = "class Counting implements HandlerInterceptor { public boolean preHandle() { count++; return true; } }\n"
KEEPER = 'class Keeper implements HandlerInterceptor { public boolean preHandle() { return has("Authorization"); } }\n'
FILTER = 'class Door extends OncePerRequestFilter { void a() { jwt.check(r.getHeader("Authorization")); } }\n'


def resolver(looks: str, made: str = "tokens.subject()") -> str:
    return RESOLVER.replace("{looks}", looks).replace("{made}", made)


def config(interceptor: str, paths: str = "") -> str:
    return CONFIG.replace("{interceptor}", interceptor).replace("{paths}", paths)


@pytest.mark.parametrize(
    ("given", "others", "expected"),
    [
        ("@Login Long id", [resolver("hasParameterAnnotation(Login.class)")], True),
        ("Long id", [resolver("hasParameterAnnotation(Login.class)")], False),
        ("@Page Long id", [resolver("hasParameterAnnotation(Page.class)", "new Page()")
                           .replace("LoginResolver", "PageResolver")], False),
        ("Member me", [resolver("getParameterType().equals(Member.class)")], True),
        ("", [config("new Keeper()"), KEEPER], True),
        ("", [config("keeper", '.addPathPatterns("/orders/**")'), KEEPER], True),
        ("", [config("keeper", '.addPathPatterns("/admin/**")'), KEEPER], False),
        ("", [config("keeper", '.excludePathPatterns("/orders")'), KEEPER], False),
        ("", [config("keeper", ".addPathPatterns(PATHS)"), KEEPER], None),
        ("", [config("new Counting()"), COUNTING], False),
        ("", [FILTER], None),
        ("", [], False),
    ],
)  # fmt: skip
def test_what_is_written_by_hand_guards(tmp_path: Path, given: str, others: list[str], expected: bool | None) -> None:
    files = {"pom.xml": "<project/>", "src/main/java/shop/Orders.java": CONTROLLER.replace("{given}", given)}
    files |= {f"src/main/java/shop/Other{n}.java": text for n, text in enumerate(others)}
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")

    (route,) = [r for r in Project(tmp_path).routes if r.path == "/orders"]

    assert route.auth is expected


def test_an_annotation_that_an_aspect_reads_guards(tmp_path: Path) -> None:
    aspect = '@Aspect\nclass Only {\n  @Before("@annotation(shop.AdminOnly)")\n  void check() { authorize(); }\n}\n'
    controller = CONTROLLER.replace("@PostMapping", "@AdminOnly\n  @PostMapping").replace("{given}", "")
    for name, text in {"pom.xml": "<project/>", "Orders.java": controller, "Only.java": aspect}.items():
        path = tmp_path / (name if name == "pom.xml" else f"src/main/java/shop/{name}")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")

    (route,) = [r for r in Project(tmp_path).routes if r.path == "/orders"]

    assert (route.auth, route.auth_at.path if route.auth_at else "") == (True, "src/main/java/shop/Only.java")
