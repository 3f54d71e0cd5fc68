from __future__ import annotations

from pathlib import Path

from code_project import reads_of


def told(found: dict) -> dict[str, tuple[bool | None, str | None]]:  # type: ignore[type-arg]
    return {name: (read.required, read.default) for name, read in found.items()}


def test_go_reads_with_what_follows_them(tmp_path: Path) -> None:
    found = reads_of(
        tmp_path,
        {
            "main.go": """
                package main
                import "os"
                func main() {
                    plain := os.Getenv("PLAIN")
                    port := os.Getenv("PORT")
                    if port == "" {
                        port = "8080"
                    }
                    key := os.Getenv("KEY")
                    if key == "" {
                        log.Fatal("no key")
                    }
                    if v, ok := os.LookupEnv("MAYBE"); ok {
                        use(v)
                    }
                    if os.Getenv("TRACE") == "1" {
                        trace()
                    }
                    must(&addr, "ADDR")
                }
                func trace() { must(&addr, "COLLECTOR") }
                func must(target *string, name string) {
                    v := os.Getenv(name)
                    if v == "" {
                        panic(name)
                    }
                    *target = v
                }
                """
        },
    )

    assert told(found) == {
        "PLAIN": (None, None),
        "PORT": (False, "8080"),
        "KEY": (True, None),
        "MAYBE": (False, None),
        "TRACE": (False, None),
        "ADDR": (True, None),
        "COLLECTOR": (None, None),
    }


def test_go_struct_tags(tmp_path: Path) -> None:
    found = reads_of(
        tmp_path,
        {
            "config.go": """
                package config
                type Config struct {
                    Name string `env:"NAME,required"`
                    Port string `env:"PORT" envDefault:"80"`
                    Key string `env-required:"true" env:"KEY"`
                    Any string `envconfig:"ANY"`
                    JSON string `json:"envelope"`
                }
                """
        },
    )

    assert told(found) == {"NAME": (True, None), "PORT": (False, "80"), "KEY": (True, None), "ANY": (None, None)}


def test_spring_placeholders_and_java_reads(tmp_path: Path) -> None:
    found = reads_of(
        tmp_path,
        {
            "pom.xml": "<project/>",
            "src/main/resources/application.yml": "spring:\n  datasource:\n    url: jdbc:${DB_HOST:localhost}/${DB_NAME}\n",
            "src/main/java/A.java": """
                class A {
                    @Value("${API_KEY}") String key;
                    @Value("${app.name}") String name;
                    String home = System.getenv("HOME_DIR");
                }
                """,
        },
    )

    assert told(found) == {
        "DB_HOST": (False, "localhost"),
        "DB_NAME": (True, None),
        "API_KEY": (True, None),
        "HOME_DIR": (None, None),
    }


def test_other_languages_in_outline(tmp_path: Path) -> None:
    found = reads_of(
        tmp_path,
        {
            "a.rb": "x = ENV['RB']\ny = ENV.fetch('RB_NEEDED')\nz = ENV.fetch('RB_GIVEN', 'v')\n",
            "a.rs": 'fn main() { let x = std::env::var("RS").expect("set it"); }\n',
            "a.cs": 'var x = Environment.GetEnvironmentVariable("CS") ?? "d";\n',
            "a.php": "<?php $x = getenv('PHP_X') ?: 'd';\n",
        },
    )

    assert told(found) == {
        "RB": (None, None),
        "RB_NEEDED": (True, None),
        "RB_GIVEN": (False, "v"),
        "RS": (True, None),
        "CS": (False, "d"),
        "PHP_X": (False, "d"),
    }
