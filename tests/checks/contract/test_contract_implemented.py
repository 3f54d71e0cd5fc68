"""The methods of gRPC services."""

from __future__ import annotations

import pytest
from conftest import Look

PROTO = """
syntax = "proto3";
package shop.orders.v1;
option go_package = "shop/gen/orders;ordersv1";
option java_package = "shop.orders";
/* rpc Hidden(Id) returns (Order); */
service Orders {
  // rpc Gone(Id) returns (Order);
  rpc Place(Order) returns (Id);
  rpc CancelOrder(Id) returns (Id);
}
"""
GO = """
package main

type Server struct {
	ordersv1.UnimplementedOrdersServer
	mu sync.Mutex
}

func (s *Server) Place(ctx context.Context, in *ordersv1.Order) (*ordersv1.Id, error) { return nil, nil }
"""
GO_CANCEL = (
    "func (s *Server) CancelOrder(ctx context.Context, in *ordersv1.Id) (*ordersv1.Id, error) { return nil, nil }\n"
)
GO_MAIN = "package main\n\nfunc main() {\n\tordersv1.RegisterOrdersServer(grpc.NewServer(), &Server{})\n}\n"
GO_CALLER = """
package desk

type Desk struct{ client ordersv1.OrdersClient }

func (d *Desk) Cancel(ctx context.Context, id string) error {
	_, err := d.client.CancelOrder(ctx, &ordersv1.Id{Id: id})
	return err
}
"""


def go(server: str, **more: str) -> dict[str, str]:
    return {
        "proto/orders.proto": PROTO,
        "orders/go.mod": "module shop/orders\n\ngo 1.23\n",
        "orders/server.go": server,
        "orders/main.go": GO_MAIN,
        "desk/go.mod": "module shop/desk\n\ngo 1.23\n",
        "desk/desk.go": GO_CALLER,
        **more,
    }


def test_a_method_that_a_struct_of_go_lacks_and_a_client_calls_is_told(look: Look) -> None:
    seen = look("CTR-018", go(GO))
    assert seen.failed == ["orders/server.go:3"]
    assert "CancelOrder" in seen.text
    assert "Gone" not in seen.text
    assert "Hidden" not in seen.text


def test_a_method_that_nobody_calls_weighs_less(look: Look) -> None:
    seen = look("CTR-018", go(GO, **{"desk/desk.go": "package desk\n"}))
    assert seen.failed == ["orders/server.go:3"]
    assert seen.outcomes == ["partial"]


def test_a_struct_with_all_methods_holds(look: Look) -> None:
    assert look("CTR-018", go(GO + GO_CANCEL)).failed == []
    apart = go(GO, **{"orders/cancel.go": "package main\n\n" + GO_CANCEL})
    assert look("CTR-018", apart).passed == ["orders/server.go:3"]


def test_what_cannot_be_seen_is_said(look: Look) -> None:
    inherited = GO.replace("\tmu sync.Mutex", "\tBase")
    assert look("CTR-018", go(inherited)).unknown == ["orders/server.go:3"]
    other = PROTO.replace("rpc CancelOrder", "rpc Refund")
    assert look("CTR-018", go(GO, **{"desk/orders.proto": other})).unknown == ["orders/server.go:3"]


def test_a_struct_that_nobody_registers_serves_nothing(look: Look) -> None:
    seen = look("CTR-018", go(GO, **{"orders/main.go": "package main\n\nfunc main() {}\n"}))
    assert seen.outcomes == ["not_applicable"]


def test_of_several_interfaces_of_a_name_the_imported_one_counts(look: Look) -> None:
    other = PROTO.replace("shop.orders.v1", "shop.kitchen.v1").replace("gen/orders", "gen/kitchen")
    other = other.replace("rpc CancelOrder", "rpc Cook")
    imported = GO.replace("package main\n", 'package main\n\nimport ordersv1 "shop/gen/orders"\n')
    seen = look("CTR-018", go(imported, **{"proto/kitchen.proto": other}))
    assert seen.failed == ["orders/server.go:5"]
    assert "Cook" not in seen.text


JS_CALLER = """
const grpc = require("@grpc/grpc-js");
const orders = grpc.loadPackageDefinition(definition).shop.orders.v1;
const client = new orders.Orders("orders:50051", grpc.credentials.createSsl());
module.exports = (id) => client.cancelOrder({ id }, () => {});
"""
NODE = {
    "proto/orders.proto": PROTO,
    "server/package.json": '{"name": "server"}',
    "web/package.json": '{"name": "web"}',
    "web/orders.js": JS_CALLER,
}


@pytest.mark.parametrize(
    ("given", "failed"),
    [
        ("{ place }", True),
        ("{ Place: handlers.place }", True),
        ("{\n  async place(call, answer) { answer(null, { a: 1 }); },\n}", True),
        ("handlers", True),
        ("{ place, cancelOrder: (call, answer) => answer(null, {}) }", False),
        ("{ Place: place, CancelOrder }", False),
        ("{ ...handlers }", False),
        ("wrapped(handlers)", False),
    ],
)
def test_objects_that_a_server_of_node_is_given(look: Look, given: str, failed: bool) -> None:
    server = (
        f'const handlers = {{ "place": place }};\nserver.addService(proto.shop.orders.v1.Orders.service, {given});\n'
    )
    assert look("CTR-018", {**NODE, "server/app.js": server}).failed == (["server/app.js:2"] if failed else [])


@pytest.mark.parametrize(
    ("second", "failed"),
    [
        ("@GrpcMethod('Orders', 'CancelOrder')\n  cancel() {}", False),
        ("@GrpcMethod(ORDERS)\n  cancelOrder(data: Id) {}", False),
        ("@GrpcMethod(computed(), name)\n  cancelOrder(data: Id) {}", True),
        ("cancelOrder(data: Id) {}", True),
        ("// @GrpcMethod('Orders', 'CancelOrder')", True),
    ],
)
def test_methods_that_nest_marks(look: Look, second: str, failed: bool) -> None:
    controller = f"""
        const ORDERS = 'Orders';
        @Controller()
        export class OrdersController {{
          @GrpcMethod('Orders', 'Place')
          place(data: Order) {{}}
          {second}
        }}
        """
    seen = look("CTR-018", {**NODE, "server/orders.controller.ts": controller})
    assert seen.failed == (["server/orders.controller.ts:3"] if failed else [])


def test_a_service_of_the_same_name_in_the_program_is_no_client(look: Look) -> None:
    caller = "import { Orders } from './orders';\nexport const stop = (orders: Orders) => orders.cancelOrder('1');\n"
    controller = "export class C {\n  @GrpcMethod('Orders', 'Place')\n  place() {}\n}\n"
    files = {**NODE, "web/orders.js": "", "server/stop.ts": caller, "server/c.ts": controller}
    seen = look("CTR-018", files)
    assert seen.outcomes == ["partial"]


JAVA = """
package shop;
import shop.orders.OrdersGrpc;
@GrpcService
public class OrdersService extends OrdersGrpc.OrdersImplBase {
  @Override
  public void place(Order order, StreamObserver<Id> answer) { answer.onCompleted(); }
}
"""
JAVA_CALLER = """
class Desk {
  private OrdersGrpc.OrdersBlockingStub stub;
  void cancel(Id id) { stub.cancelOrder(id); }
}
"""


def test_classes_of_java(look: Look) -> None:
    files = {"proto/orders.proto": PROTO, "orders/pom.xml": "<project/>", "desk/src/main/java/Desk.java": JAVA_CALLER}
    place = "orders/src/main/java/shop/OrdersService.java"
    assert look("CTR-018", {**files, place: JAVA}).failed == [f"{place}:4"]
    cancel = "  @Override\n  public void cancelOrder(Id id, StreamObserver<Id> answer) {}\n}\n"
    assert look("CTR-018", {**files, place: JAVA.rstrip()[:-1] + cancel}).failed == []


def test_classes_of_c_sharp(look: Look) -> None:
    server = """
        public class OrdersHandler(IStore store) : Orders.OrdersBase
        {
            public override async Task<Id> Place(Order order, ServerCallContext context) => await store.Put(order);
        }
        """
    files = {
        "proto/orders.proto": PROTO,
        "Api/OrdersHandler.cs": server,
        "Api/Program.cs": "app.MapGrpcService<OrdersHandler>();\n",
        "Desk/Desk.cs": "public class Desk(Orders.OrdersClient client) {\n  Task Stop(Id id) => client.CancelOrderAsync(id);\n}\n",
    }
    assert look("CTR-018", files).failed == ["Api/OrdersHandler.cs:1"]
    whole = server.replace("put(order);", "put(order);").replace(
        "        }\n",
        "    public override Task<Id> CancelOrder(Id id, ServerCallContext context) => null;\n        }\n",
    )
    assert look("CTR-018", {**files, "Api/OrdersHandler.cs": whole}).failed == []


def test_classes_of_python(look: Look) -> None:
    server = (
        "class Orders(orders_pb2_grpc.OrdersServicer):\n    def Place(self, request, context):\n        return Id()\n"
    )
    files = {
        "proto/orders.proto": PROTO,
        "orders/requirements.txt": "grpcio==1.66.0\n",
        "orders/server.py": server + "\norders_pb2_grpc.add_OrdersServicer_to_server(Orders(), server)\n",
        "desk/requirements.txt": "grpcio==1.66.0\n",
        "desk/desk.py": "stub = orders_pb2_grpc.OrdersStub(channel)\n\n\ndef stop(id):\n    return stub.CancelOrder(id)\n",
    }
    assert look("CTR-018", files).failed == ["orders/server.py:1"]
    whole = server + "\n    def CancelOrder(self, request, context):\n        return Id()\n"
    assert (
        look("CTR-018", {**files, "orders/server.py": whole + "\nadd_OrdersServicer_to_server(Orders(), s)\n"}).failed
        == []
    )
