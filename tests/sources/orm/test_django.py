"""Django's models and migrations: names, relations between models, order, and the way back."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from kit.sources.orm.compare import compare
from kit.sources.orm.django import django_schemas
from kit.sources.orm.django_migrations import django_sets
from kit.sources.orm.model import MigrationSet, Operation, Schema
from kit.sources.orm.replay import schema_after
from kit.sources.tree.files import FileIndex


def declared(tmp_path: Path, models: str, folder: str = "shop") -> Schema:
    (tmp_path / folder).mkdir(exist_ok=True)
    (tmp_path / folder / "models.py").write_text("from django.db import models\n" + dedent(models))
    return next(s for s in django_schemas(FileIndex.of(tmp_path)) if s.path == folder)


def migrated(tmp_path: Path, *operations: str, folder: str = "shop") -> MigrationSet:
    place = tmp_path / folder / "migrations"
    place.mkdir(parents=True, exist_ok=True)
    for number, body in enumerate(operations, 1):
        before = f'("{folder}", "{number - 1:04}_m")' if number > 1 else ""
        (place / f"{number:04}_m.py").write_text(
            "from django.db import migrations, models\n\n"
            "def fill(apps, schema_editor):\n    apps.get_model('shop', 'Item').objects.all()\n\n"
            "def alter(apps, schema_editor):\n    schema_editor.execute('DROP TABLE x')\n\n"
            f"class Migration(migrations.Migration):\n    dependencies = [{before}]\n"
            f"    operations = [{dedent(body)}]\n"
        )
    (found,) = django_sets(FileIndex.of(tmp_path))
    return found


_ITEM = """
migrations.CreateModel(name="Item", fields=[
    ("id", models.BigAutoField(primary_key=True)),
    ("name", models.CharField(max_length=50)),
    ("owner", models.ForeignKey(on_delete=models.CASCADE, to="shop.owner")),
    ("tags", models.ManyToManyField(to="shop.tag")),
]),
"""


def steps(found: MigrationSet) -> list[Operation]:
    return list(found.migrations[-1].operations)


def test_fields_become_columns_under_djangos_names(tmp_path: Path) -> None:
    found = declared(tmp_path, """
        class Owner(models.Model):
            email = models.EmailField(unique=True)

        class Item(models.Model):
            name = models.CharField(max_length=50, null=True, db_column="title")
            owner = models.ForeignKey(Owner, on_delete=models.CASCADE)
            parent = models.OneToOneField("self", null=True, on_delete=models.CASCADE)
            tags = models.ManyToManyField("Tag")
            through = models.ManyToManyField("Tag", through="Link")
            shown = GenericRelation("Note")

            class Meta:
                unique_together = ("name", "owner")
        """)  # fmt: skip
    owner, item, between = found.tables
    assert (owner.name, [c.name for c in owner.columns]) == ("shop_owner", ["id", "email"])
    assert [(c.name, c.nullable) for c in item.columns] == [
        ("id", False),
        ("title", True),
        ("owner_id", False),
        ("parent_id", True),
    ]
    assert [(k.columns, k.table) for k in item.foreign_keys] == [
        (("owner_id",), "shop_owner"),
        (("parent_id",), "shop_item"),
    ]
    assert [u.columns for u in item.uniques] == [("parent_id",), ("title", "owner_id")]
    assert (between.name, between.implicit) == ("shop_item_tags", True)


def test_abstract_proxy_and_unmanaged_models_are_no_tables(tmp_path: Path) -> None:
    found = declared(tmp_path, """
        class Base(models.Model):
            made = models.DateTimeField()
            class Meta:
                abstract = True

        class Item(Base):
            made = None
            price = models.IntegerField(primary_key=True)
            class Meta:
                db_table = "items"

        class Cheap(Item):
            class Meta:
                proxy = True

        class View(models.Model):
            class Meta:
                managed = False
        """)  # fmt: skip
    assert [(t.name, [c.name for c in t.columns]) for t in found.tables] == [("items", ["price"])]


def test_a_model_that_extends_another_points_at_it(tmp_path: Path) -> None:
    found = declared(tmp_path, """
        class Place(models.Model):
            name = models.CharField(max_length=5)

        class Cafe(Place):
            coffee = models.BooleanField()
        """)  # fmt: skip
    assert [c.name for c in found.tables[1].columns] == ["place_ptr_id", "coffee"]
    assert found.tables[1].foreign_keys[0].table == "shop_place"


def test_a_label_of_its_own_names_the_tables(tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "apps.py").write_text('class C(AppConfig):\n    label = "store"\n')
    found = declared(tmp_path, "class Item(models.Model):\n    pass\n")
    assert [t.name for t in found.tables] == ["store_item"]


def test_a_base_from_a_library_makes_the_table_opaque(tmp_path: Path) -> None:
    found = declared(tmp_path, "class Item(SoftDeleteModel):\n    name = models.TextField()\n")
    assert [(t.name, t.opaque) for t in found.tables] == [("shop_item", True)]


def test_models_and_migrations_that_agree_do_not_differ(tmp_path: Path) -> None:
    models = """
        class Owner(models.Model):
            pass

        class Item(models.Model):
            name = models.CharField(max_length=80, unique=True)
            holder = models.ForeignKey(Owner, null=True, on_delete=models.CASCADE)
            labels = models.ManyToManyField("Tag")
            price = models.DecimalField()
        """
    owner = 'migrations.CreateModel(name="Owner", fields=[("id", models.AutoField(primary_key=True))]),'
    changes = """
        migrations.AlterField("Item", "name", models.CharField(max_length=80, unique=True)),
        migrations.RenameField("Item", "owner", "holder"),
        migrations.AlterField("Item", "holder", models.ForeignKey(to="shop.owner", null=True)),
        migrations.RenameField("Item", "tags", "labels"),
        migrations.AddField("Item", "price", models.DecimalField(default=1)),
        migrations.AddField("Item", "old", models.TextField(null=True)),
        migrations.RemoveField("Item", "old"),
        """
    schema = declared(tmp_path, models)
    created = schema_after(migrated(tmp_path, owner + _ITEM, changes).migrations)
    assert compare(schema, created) == ()


def test_a_model_over_the_table_of_a_relation_needs_no_columns_of_its_own(tmp_path: Path) -> None:
    models = """
        class Item(models.Model):
            tags = models.ManyToManyField("Tag", through="shop.Pair")
        class Pair(models.Model):
            item = models.ForeignKey(Item, on_delete=models.CASCADE)
            class Meta:
                db_table = "{}"
        """
    item = """
        migrations.CreateModel(name="Item", fields=[
            ("id", models.AutoField(primary_key=True)), ("tags", models.ManyToManyField(to="shop.tag")),
        ]),
        """
    created = schema_after(migrated(tmp_path, item).migrations)

    assert compare(declared(tmp_path, models.format("shop_item_tags")), created) == ()
    assert [d.kind for d in compare(declared(tmp_path, models.format("other")), created)] == ["missing_table"]


def test_a_forgotten_migration_shows(tmp_path: Path) -> None:
    fields = "    name = models.TextField()\n    more = models.TextField()\n"
    schema = declared(tmp_path, f"class Item(models.Model):\n{fields}")
    created = schema_after(migrated(tmp_path, _ITEM).migrations)
    assert [(d.kind, d.table, d.column) for d in compare(schema, created)] == [
        ("missing_column", "shop_item", "more"),
    ]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ('migrations.DeleteModel("Item"),', ("drop_table", "shop_item", None, False)),
        ('migrations.RemoveField("Item", "owner"),', ("drop_column", "shop_item", "owner_id", False)),
        ('migrations.RemoveField("Item", "tags"),', ("drop_table", "shop_item_tags", None, False)),
        ('migrations.AlterModelTable("Item", "items"),', ("rename_table", "shop_item", None, False)),
        ('migrations.AddIndex("Item", models.Index("name")),', ("create_index", "shop_item", None, False)),
        ('migrations.AlterModelOptions("Item", {}),', ("other", None, None, False)),
        ('migrations.RunSQL("DROP TABLE x"),', ("drop_table", "x", None, False)),
        ("migrations.RunPython(fill),", ("code", None, None, False)),
        ("migrations.RunPython(alter),", ("code", None, None, True)),
        ("migrations.RunPython(elsewhere.change),", ("code", None, None, True)),
        ("migrations.RunPython(migrations.RunPython.noop),", ("other", None, None, False)),
        ("library.Operation(),", ("code", None, None, True)),
    ],
)
def test_each_operation_is_read(tmp_path: Path, body: str, expected: tuple[str, str | None, str | None, bool]) -> None:
    (found,) = steps(migrated(tmp_path, _ITEM, body))
    assert (found.op, found.table, found.column, found.opaque) == expected


@pytest.mark.parametrize(
    ("body", "down"),
    [
        ("migrations.RunPython(fill),", False),
        ("migrations.RunPython(fill, migrations.RunPython.noop),", True),
        ('migrations.RunSQL("SELECT 1"),', False),
        ('migrations.RunSQL("SELECT 1", reverse_sql="SELECT 2"),', True),
        ('migrations.DeleteModel("Item"),', True),
    ],
)
def test_the_way_back_is_missing_where_code_has_no_reverse(tmp_path: Path, body: str, down: bool) -> None:
    assert migrated(tmp_path, _ITEM, body).migrations[-1].down is down


def test_a_renamed_model_takes_its_tables_along(tmp_path: Path) -> None:
    found = migrated(tmp_path, _ITEM, 'migrations.RenameModel("Item", "Thing"),')
    assert [t.name for t in schema_after(found.migrations).tables] == ["shop_thing", "shop_thing_tags"]


def test_a_list_put_together_elsewhere_is_opaque(tmp_path: Path) -> None:
    assert steps(migrated(tmp_path, "*more"))[0].opaque


def test_two_leaves_of_an_app_are_two_heads(tmp_path: Path) -> None:
    migrated(tmp_path, _ITEM, "")
    (tmp_path / "shop/migrations/0003_other.py").write_text(
        "class Migration(migrations.Migration):\n    dependencies = [('shop', '0001_m')]\n    operations = []\n"
    )
    (found,) = django_sets(FileIndex.of(tmp_path))
    assert found.heads == ("0002_m", "0003_other")


def test_a_squashed_migration_stands_for_those_it_replaces(tmp_path: Path) -> None:
    migrated(tmp_path, _ITEM, "")
    (tmp_path / "shop/migrations/0001_squashed.py").write_text(
        "class Migration(migrations.Migration):\n    replaces = [('shop', '0001_m'), ('shop', '0002_m')]\n"
        "    dependencies = []\n    operations = []\n"
    )
    (found,) = django_sets(FileIndex.of(tmp_path))
    assert ([m.revision for m in found.migrations], found.heads) == (["0001_squashed"], ("0001_squashed",))


def test_a_base_from_a_library_may_bring_the_key(tmp_path: Path) -> None:
    shown = "class Post(Page):\n    title = models.TextField()\n"
    plain = "class Post(models.Model):\n    title = models.TextField()\n"

    assert [c.name for c in declared(tmp_path, shown).tables[0].columns] == ["title"]
    assert [c.name for c in declared(tmp_path, plain).tables[0].columns] == ["id", "title"]


def test_a_field_that_goes_through_another_table_has_no_column(tmp_path: Path) -> None:
    fields = "class Item(models.Model):\n    tags = OwnTagsField(through='shop.Tagged')\n    hue = OwnColorField()\n"

    assert [c.name for c in declared(tmp_path, fields).tables[0].columns] == ["id", "hue"]


@pytest.mark.parametrize(
    ("field", "filled"),
    [
        ("StreamField([], blank=True)", True),
        ("models.CharField(max_length=9, blank=True)", True),
        ("models.DateTimeField(auto_now_add=True)", True),
        ("models.CharField(max_length=9)", False),
        ("models.IntegerField(blank=True)", False),
    ],
)
def test_what_django_fills_rows_with_counts_as_a_default(tmp_path: Path, field: str, filled: bool) -> None:
    (found,) = steps(migrated(tmp_path, _ITEM, f'migrations.AddField("Item", "extra", {field}),'))

    assert found.column_definition is not None and found.column_definition.default is filled
