from __future__ import annotations

from pathlib import Path

from code_project import routes_of

BASE = """
    [Route("api/v{version:apiVersion}/[controller]")]
    [ApiController]
    public abstract class Base<T> : ControllerBase
    {
        [HttpGet("ping")]
        public string Ping() => "pong";
    }
    """
ORDERS = """
    namespace Shop.Api;

    public class OrdersController : Base<OrdersController>
    {
        [HttpGet]
        [Route("user/{name}", Name = "ByUser")]
        public Task<IActionResult> ByUser(string name) => null;

        [Authorize(Roles = "admin")]
        [HttpDelete("{id:long}")]
        public Task<IActionResult> Drop(long id) => null;

        [HttpPost("/checkout")]
        public Task<IActionResult> Checkout([FromBody] Order order) => null;

        [NonAction]
        [HttpGet("helper")]
        public void Helper() { }
    }
    """


def auths(found: dict) -> dict[str, bool | None]:
    return {name: route.auth for name, route in found.items()}


def test_actions_stand_below_the_route_of_their_base_class(tmp_path: Path) -> None:
    found = routes_of(tmp_path, {"Base.cs": BASE, "OrdersController.cs": ORDERS})

    assert auths(found) == {
        "GET /api/v{version}/Orders/user/{name}": False,
        "DELETE /api/v{version}/Orders/{id}": True,
        "POST /checkout": False,
        "GET /api/v{version}/Orders/ping": False,
    }
    ping = found["GET /api/v{version}/Orders/ping"]
    assert (ping.at.path, ping.at.line) == ("Base.cs", 5)


def test_a_class_guards_its_actions_but_those_that_are_for_anybody(tmp_path: Path) -> None:
    text = """
        [Authorize]
        [Route("[controller]/[action]")]
        public class CartController : Controller
        {
            [HttpGet] public IActionResult Show() => null;
            [AllowAnonymous] [HttpPost] public IActionResult Add() => null;
        }

        [ApiKeyAuth]
        [Route("/jobs/{*rest}")]
        public class Jobs : ControllerBase
        {
            [AcceptVerbs("PUT", "PATCH")] public IActionResult Run() => null;
        }
        """

    found = routes_of(tmp_path, {"a.cs": text})

    assert auths(found) == {
        "GET /Cart/Show": True,
        "POST /Cart/Add": False,
        "PUT /jobs/{rest*}": None,
        "PATCH /jobs/{rest*}": None,
    }


def test_a_policy_for_all_routes_guards_those_that_say_nothing(tmp_path: Path) -> None:
    controller = """
        [ApiController, Route("items")]
        public class ItemsController : ControllerBase
        {
            [HttpPost] public IActionResult Add() => null;
            [AllowAnonymous, HttpGet] public IActionResult All() => null;
        }
        """
    program = "app.MapControllers().RequireAuthorization();\n"

    found = routes_of(tmp_path, {"Shop.csproj": "<Project/>", "ItemsController.cs": controller, "Program.cs": program})

    assert auths(found) == {"POST /items": True, "GET /items": None}


def test_an_attribute_of_the_project_guards_where_it_is_made_from_one_that_does(tmp_path: Path) -> None:
    attribute = "public sealed class HasRightAttribute(string right) : AuthorizeAttribute(right);\n"
    controller = """
        [Route("items")]
        public class ItemsController : ControllerBase
        {
            [HasRight("add")] [HttpPost] public IActionResult Add() => null;
            [HasNote] [HttpPut] public IActionResult Change() => null;
        }
        """

    found = routes_of(tmp_path, {"HasRightAttribute.cs": attribute, "ItemsController.cs": controller})

    assert auths(found) == {"POST /items": True, "PUT /items": False}


def test_what_is_no_controller_serves_nothing(tmp_path: Path) -> None:
    clients = """
        public interface IOrders { [Get("/orders")] Task<string> All(); }
        public abstract class Base : ControllerBase { [HttpGet("x")] public string X() => ""; }
        public class Plain { [HttpGet("y")] public string Y() => ""; }
        """

    assert routes_of(tmp_path, {"a.cs": clients}) == {}
