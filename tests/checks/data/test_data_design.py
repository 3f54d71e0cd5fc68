"""Whether tables keep data true and found."""

from __future__ import annotations

import pytest
from conftest import Look

SQL = "migrations/1_init.up.sql"
PARENT = "CREATE TABLE users (id bigserial PRIMARY KEY);\n"


def _sql(text: str) -> dict[str, str]:
    return {SQL: text}


def test_a_foreign_key_without_index_is_told(look: Look) -> None:
    table = "CREATE TABLE orders (id bigserial PRIMARY KEY,\n user_id bigint REFERENCES users (id));\n"
    poor = look("DAT-008", _sql(PARENT + table))
    good = look("DAT-008", _sql(PARENT + table + "CREATE INDEX i ON orders (user_id, id);\n"))

    assert poor.outcomes == ["partial"]
    assert "orders.user_id" in poor.text
    assert good.outcomes == ["pass"]


def test_mysql_indexes_foreign_keys_by_itself(look: Look) -> None:
    text = "CREATE TABLE `a` (`id` int AUTO_INCREMENT PRIMARY KEY) ENGINE=InnoDB;\nCREATE TABLE `b` (`id` int PRIMARY KEY, `a_id` int, FOREIGN KEY (`a_id`) REFERENCES `a` (`id`)) ENGINE=InnoDB;\n"

    assert look("DAT-008", _sql(text)).outcomes == ["not_applicable"]


def test_an_address_that_two_accounts_may_have_is_told(look: Look) -> None:
    text = "CREATE TABLE users (id bigserial PRIMARY KEY,\n email text NOT NULL);\n"
    poor = look("DAT-013", _sql(text))
    good = look("DAT-013", _sql(text + "CREATE UNIQUE INDEX u ON users (tenant_id, email);\n"))
    folded = look("DAT-013", _sql(text + "CREATE UNIQUE INDEX u ON users (lower(email));\n"))

    assert poor.failed[0].startswith(SQL)
    assert (good.outcomes, folded.outcomes) == (["pass"], ["pass"])


def test_an_idempotency_key_is_unique_and_a_reference_need_not_be(look: Look) -> None:
    poor = look("DAT-013", _sql("CREATE TABLE payments (id bigserial PRIMARY KEY,\n idempotency_key text);\n"))
    other = look("DAT-013", _sql("CREATE TABLE mails (id bigserial PRIMARY KEY,\n email text);\n"))

    assert (poor.outcomes, other.outcomes) == (["fail"], ["not_applicable"])


@pytest.mark.parametrize(
    ("kind", "outcome"),
    [("double precision", "fail"), ("real", "fail"), ("numeric(12, 2)", "pass"), ("bigint", "pass")],
)
def test_money_in_exact_numbers(look: Look, kind: str, outcome: str) -> None:
    seen = look("DAT-015", _sql(f"CREATE TABLE orders (id bigserial PRIMARY KEY,\n unit_price {kind});\n"))

    assert seen.outcomes == [outcome]


def test_what_is_no_money_is_not_judged(look: Look) -> None:
    assert look("DAT-015", _sql("CREATE TABLE a (tax_rate real, price_count real, score real);\n")).outcomes == [
        "not_applicable"
    ]


def test_a_table_without_a_key_is_told(look: Look) -> None:
    poor = look("DAT-019", _sql(PARENT + "CREATE TABLE log (line text);\n"))
    good = look("DAT-019", _sql(PARENT))

    assert poor.failed[0].startswith(SQL)
    assert "log" in poor.text
    assert "ALTER TABLE log ADD COLUMN id bigint GENERATED" in poor.findings[0].fix
    assert good.outcomes == ["pass"]


ENTITY = """
package shop;

@Entity
@Table(name = "orders")
public class Order {
  @Id private Long id;
  @Column(nullable = false)
  private %s;
}
"""


@pytest.mark.parametrize(
    ("field", "outcome"),
    [
        ("double price", "fail"),
        ("Double totalAmount", "fail"),
        ("float subtotal = 0", "fail"),
        ("BigDecimal price", "pass"),
        ("double weight", "not_applicable"),
        ("double discountPercent", "not_applicable"),
        ("static double price", "not_applicable"),
        ("long priceCents", "not_applicable"),
    ],
)
def test_money_of_entities_is_exact(look: Look, field: str, outcome: str) -> None:
    assert look("DAT-015", {"src/main/java/shop/Order.java": ENTITY % field}).outcomes == [outcome]


def test_money_of_entities_is_told_at_its_line(look: Look) -> None:
    assert look("DAT-015", {"src/main/java/shop/Order.java": ENTITY % "double price"}).failed == [
        "src/main/java/shop/Order.java:8"
    ]


def test_what_is_no_entity_keeps_no_money(look: Look) -> None:
    dto = (ENTITY % "double price").replace("@Entity", "").replace('@Table(name = "orders")', "")

    assert look("DAT-015", {"src/main/java/shop/Order.java": dto}).outcomes == ["not_applicable"]


def test_an_amount_beside_a_unit_is_no_money(look: Look) -> None:
    text = ENTITY % "double amount;\n  private String unit"

    assert look("DAT-015", {"src/main/java/shop/Ingredient.java": text}).outcomes == ["not_applicable"]


def test_money_that_a_table_tells_is_told_once(look: Look) -> None:
    sql = _sql("CREATE TABLE orders (id bigserial PRIMARY KEY,\n price double precision);\n")
    seen = look("DAT-015", {**sql, "src/main/java/shop/Order.java": ENTITY % "double price"})

    assert seen.outcomes == ["fail"]


def test_money_of_entity_framework_and_kotlin(look: Look) -> None:
    context = "public class Shop : DbContext {\n  public DbSet<Order> Orders { get; set; }\n}\n"
    order = "public class Order {\n  public int Id { get; set; }\n  public double? Price { get; set; }\n}\n"
    kotlin = "@Entity\nclass Fine(\n  @Id val id: Long,\n  var fee: Double,\n)\n"

    seen = look("DAT-015", {"src/Shop.cs": context, "src/Order.cs": order, "src/main/kotlin/Fine.kt": kotlin})

    assert sorted(seen.failed) == ["src/Order.cs:3", "src/main/kotlin/Fine.kt:4"]
    assert look("DAT-015", {"src/Shop.cs": context, "src/Order.cs": order.replace("Order", "View")}).failed == [
        "src/main/kotlin/Fine.kt:4"
    ]
