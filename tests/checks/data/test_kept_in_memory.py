"""Databases that live as long as the process."""

from __future__ import annotations

from conftest import Look

SETTINGS = "shop/src/main/resources/application.properties"
MEMORY = "spring.application.name=shop\nspring.datasource.url=jdbc:h2:mem:shop\n"
SHOP = {
    "shop/pom.xml": """
        <project><artifactId>shop</artifactId><dependencies>
        <dependency><groupId>org.springframework.boot</groupId><artifactId>spring-boot-starter-web</artifactId></dependency>
        <dependency><groupId>org.springframework.boot</groupId><artifactId>spring-boot-starter-data-jpa</artifactId></dependency>
        <dependency><groupId>com.h2database</groupId><artifactId>h2</artifactId></dependency>
        </dependencies></project>
        """,
    "shop/src/main/java/Shop.java": """
        import org.springframework.boot.SpringApplication;
        import jakarta.persistence.Entity;
        @SpringBootApplication
        public class Shop {
          public static void main(String[] args) { SpringApplication.run(Shop.class, args); }
        }
        """,
    "shop/Dockerfile": 'FROM eclipse-temurin:21\nCOPY target/shop.jar .\nCMD ["java", "-jar", "shop.jar"]\n',
    "docker-compose.yml": "services:\n  shop:\n    build: ./shop\n    restart: always\n    environment:\n      A: b\n",
}


def given(environment: str, **more: str) -> dict[str, str]:
    return {
        **SHOP,
        SETTINGS: MEMORY,
        "docker-compose.yml": SHOP["docker-compose.yml"].replace("A: b", environment),
        **more,
    }


def test_a_database_in_memory_that_is_deployed_is_told(look: Look) -> None:
    seen = look("DAT-024", {**SHOP, SETTINGS: MEMORY})
    assert seen.failed == [f"{SETTINGS}:2"]
    assert seen.findings[0].severity == "high"


def test_an_address_or_profile_of_the_deployment_settles_it(look: Look) -> None:
    assert look("DAT-024", given("SPRING_DATASOURCE_URL: jdbc:postgresql://db/shop")).failed == []
    other = {
        "shop/src/main/resources/application-prod.yml": "spring:\n  datasource:\n    url: jdbc:postgresql://db/shop\n"
    }
    assert look("DAT-024", given("SPRING_PROFILES_ACTIVE: prod", **other)).failed == []


def test_a_profile_that_nothing_switches_on_changes_nothing(look: Look) -> None:
    other = {
        "shop/src/main/resources/application-prod.yml": "spring:\n  datasource:\n    url: jdbc:postgresql://db/shop\n"
    }
    seen = look("DAT-024", given("SPRING_PROFILES_ACTIVE: docker", **other))
    assert seen.failed == [f"{SETTINGS}:2"]
    assert "the profile prod" in seen.text


def test_a_profile_in_the_start_of_the_image_counts(look: Look) -> None:
    files = {
        **given("A: b"),
        "shop/src/main/resources/application-prod.properties": "spring.datasource.url=jdbc:postgresql://db/shop\n",
        "shop/Dockerfile": 'FROM eclipse-temurin:21\nCOPY . .\nCMD ["java", "-Dspring.profiles.active=prod", "-jar", "shop.jar"]\n',
    }
    assert look("DAT-024", files).failed == []


def test_a_default_that_a_variable_replaces_and_one_that_nothing_does(look: Look) -> None:
    url = "spring.datasource.url=${DB_URL:jdbc:h2:mem:shop}\n"
    assert look("DAT-024", given("DB_URL: ${DB_URL}", **{SETTINGS: url})).failed == []
    assert look("DAT-024", given("A: b", **{SETTINGS: url})).failed == [f"{SETTINGS}:1"]


def test_no_address_and_no_driver_but_the_embedded_one(look: Look) -> None:
    bare = {**SHOP, SETTINGS: "spring.application.name=shop\n"}
    assert look("DAT-024", bare).failed == ["shop/pom.xml:4"]
    tested = SHOP["shop/pom.xml"].replace(
        "<artifactId>h2</artifactId>", "<artifactId>h2</artifactId><scope>test</scope>"
    )
    assert look("DAT-024", {**bare, "shop/pom.xml": tested}).failed == []


def test_a_program_that_nothing_deploys_weighs_less(look: Look) -> None:
    files = {k: v for k, v in SHOP.items() if "compose" not in k and "Dockerfile" not in k}
    seen = look("DAT-024", {**files, SETTINGS: MEMORY})
    assert [f.severity for f in seen.findings] == ["medium"]


def test_a_configuration_server_leaves_it_open_and_tests_are_left_alone(look: Look) -> None:
    imported = f"{MEMORY}spring.config.import=configserver:http://config:8888\n"
    assert look("DAT-024", given("A: b", **{SETTINGS: imported})).outcomes == ["unknown"]
    tests = {
        **SHOP,
        SETTINGS: "spring.datasource.url=jdbc:postgresql://db/shop\n",
        "shop/src/test/resources/application.properties": MEMORY,
    }
    assert look("DAT-024", tests).outcomes == ["pass"]


DOTNET = """
    var builder = WebApplication.CreateBuilder(args);
    builder.Services.AddDbContext<Shop>(options => options.UseInMemoryDatabase("shop"));
    builder.Build().Run();
    """


def test_the_store_in_memory_of_entity_framework(look: Look) -> None:

    assert look("DAT-024", {"Shop.Tests/Program.cs": DOTNET}).failed == []
    assert look("DAT-024", {"Shop/Program.cs": DOTNET}).failed == ["Shop/Program.cs:2"]


def test_a_switch_in_the_settings_that_is_on(look: Look) -> None:
    chosen = """
        if (configuration.GetValue<bool>("UseInMemoryDatabase"))
        {
            services.AddDbContext<Shop>(o => o.UseInMemoryDatabase("shop"));
        }
        else
        {
            services.AddDbContext<Shop>(o => o.UseNpgsql(configuration["Shop"]));
        }
        """
    code = "class Start {\nvoid Add() {" + chosen + "}\n}\n"
    on, off = '{\n"UseInMemoryDatabase": true\n}', '{\n"UseInMemoryDatabase": false\n}'
    assert look("DAT-024", {"Shop/Start.cs": code, "Shop/appsettings.json": on}).failed == ["Shop/appsettings.json:2"]
    assert look("DAT-024", {"Shop/Start.cs": code, "Shop/appsettings.json": off}).failed == []
    later = {"Shop/Start.cs": code, "Shop/appsettings.json": on, "Shop/appsettings.Production.json": off}
    assert look("DAT-024", later).failed == []


def test_sqlite_in_memory_by_default_and_in_code(look: Look) -> None:
    read = 'import os\nURL = os.getenv("DATABASE_URL", "sqlite:///:memory:")\n'
    assert look("DAT-024", {"app/db.py": read}).failed == ["app/db.py:2"]
    assert look("DAT-024", {"app/db.py": read.replace(":memory:", "data/shop.db")}).failed == []
    made = 'from sqlalchemy import create_engine\nengine = create_engine("sqlite://")\n'
    assert look("DAT-024", {"app/db.py": made}).failed == ["app/db.py:2"]
    asked = 'import os\nfrom sqlalchemy import create_engine\nif os.getenv("TESTING"):\n    engine = create_engine("sqlite://")\n'
    assert look("DAT-024", {"app/db.py": asked}).failed == []


def test_a_server_in_memory_for_tests_that_serves(look: Look) -> None:
    made = """
        import { MongoMemoryServer } from "mongodb-memory-server";
        const server = await MongoMemoryServer.create();
        """
    assert look("DAT-024", {"src/db.ts": made}).failed == ["src/db.ts:2"]
    guarded = made.replace("const server = await", "if (process.env.CI) await")
    assert look("DAT-024", {"src/db.ts": guarded}).failed == []
    assert look("DAT-024", {"src/db.spec.ts": made, "test/setup.ts": made}).failed == []


def test_a_source_of_typeorm_in_memory(look: Look) -> None:
    made = """
        import { DataSource } from "typeorm";
        export const source = new DataSource({
          type: "sqlite",
          database: ":memory:",
        });
        """
    assert look("DAT-024", {"src/db.ts": made}).failed == ["src/db.ts:4"]
    assert look("DAT-024", {"src/db.ts": made.replace(":memory:", "shop.db")}).failed == []
