from __future__ import annotations

from pathlib import Path

from code_project import reads_of


def told(found: dict) -> dict[str, tuple[bool | None, str | None]]:  # type: ignore[type-arg]
    return {name: (read.required, read.default) for name, read in found.items()}


def test_reads_of_the_environment_in_every_form(tmp_path: Path) -> None:
    found = reads_of(
        tmp_path,
        {
            "app.ts": """
                const a = process.env.PLAIN;
                const b = process.env.PORT || '3000';
                const c = process.env.SIZE ?? 10;
                const d = process.env.SURE!;
                const e = process.env['INDEXED'];
                const { TAKEN, GIVEN = 'x', OLD: renamed } = process.env;
                const f = process.env.NODE_ENV === 'production';
                process.env.WRITTEN = '1';
                const NAME = 'NAMED';
                const g = process.env[NAME];
                const h = import.meta.env.VITE_URL;
                const i = import.meta.env.PROD;
                const j = Deno.env.get('DENO_KEY');
                const k = process.env.LIST.split(',');
                """
        },
    )

    assert told(found) == {
        "PLAIN": (None, None),
        "PORT": (False, "3000"),
        "SIZE": (False, "10"),
        "SURE": (True, None),
        "INDEXED": (None, None),
        "TAKEN": (None, None),
        "GIVEN": (False, "x"),
        "OLD": (None, None),
        "NODE_ENV": (False, None),
        "NAMED": (None, None),
        "VITE_URL": (None, None),
        "DENO_KEY": (None, None),
        "LIST": (True, None),
    }


def test_a_check_that_throws_demands_and_an_early_return_does_not(tmp_path: Path) -> None:
    found = reads_of(
        tmp_path,
        {
            "app.js": """
                if (!process.env.SECRET) throw new Error('no secret');
                const key = process.env.KEY;
                if (!key) { process.exit(1); }
                function replicas() {
                  if (!process.env.REPLICAS) return [];
                  return process.env.REPLICAS.split(',');
                }
                if (tracing) { start(process.env.COLLECTOR.trim()); }
                """
        },
    )

    assert told(found) == {
        "SECRET": (True, None),
        "KEY": (True, None),
        "REPLICAS": (False, None),
        "COLLECTOR": (None, None),
    }


def test_schemas_say_what_is_required(tmp_path: Path) -> None:
    found = reads_of(
        tmp_path,
        {
            "zod.ts": """
                import { z } from 'zod';
                const shared = z.string().optional();
                export const env = z.object({
                  ZOD_URL: z.string().url(),
                  ZOD_PORT: z.coerce.number().default(3000),
                  ZOD_OPT: shared,
                }).parse(process.env);
                const body = z.object({ name: z.string() });
                """,
            "envalid.ts": """
                import { cleanEnv, port, str } from 'envalid';
                export default cleanEnv(process.env, {
                  EV_PORT: port({ default: 80 }), EV_KEY: str({ devDefault: 'x' }),
                });
                """,
            "joi.ts": """
                const validationSchema = Joi.object({
                  JOI_A: Joi.string().required(), JOI_B: Joi.number().default(5), JOI_C: Joi.string(),
                });
                """,
            "t3.ts": """
                export const env = createEnv({
                  server: { T3_A: z.string() }, client: { NEXT_PUBLIC_B: z.string().optional() },
                });
                """,
        },
    )

    assert told(found) == {
        "ZOD_URL": (True, None),
        "ZOD_PORT": (False, "3000"),
        "ZOD_OPT": (False, None),
        "EV_PORT": (False, "80"),
        "EV_KEY": (True, None),
        "JOI_A": (True, None),
        "JOI_B": (False, "5"),
        "JOI_C": (False, None),
        "T3_A": (True, None),
        "NEXT_PUBLIC_B": (False, None),
    }


def test_nest_validation_classes_and_configuration(tmp_path: Path) -> None:
    found = reads_of(
        tmp_path,
        {
            "config.ts": """
                class EnvironmentVariables {
                  @IsString() NEEDED: string;
                  @IsOptional() @IsString() FREE: string;
                  @ValidateIf((env) => env.FREE) @IsString() SOMETIMES: string;
                }
                """,
            "service.ts": """
                export class Service {
                  constructor(private configService: ConfigService) {}
                  url = this.configService.getOrThrow('BASE_URL');
                  size = this.configService.get('SIZE', '5');
                  nested = this.configService.get('app.port');
                }
                """,
        },
    )

    assert told(found) == {
        "NEEDED": (True, None),
        "FREE": (False, None),
        "SOMETIMES": (None, None),
        "BASE_URL": (True, None),
        "SIZE": (False, "5"),
    }


def test_functions_that_wrap_a_read_are_followed(tmp_path: Path) -> None:
    found = reads_of(
        tmp_path,
        {
            "env.ts": """
                export const env = (name: string, fallback?: string) => process.env[name] ?? fallback;
                export function must(name: string) {
                  const value = process.env[name];
                  if (!value) throw new Error(name);
                  return value;
                }
                """,
            "app.ts": """
                import { env, must } from './env';
                const a = env('WITH', 'x');
                const b = env('WITHOUT');
                const c = must('MUST');
                """,
        },
    )

    assert told(found) == {"WITH": (False, "x"), "WITHOUT": (None, None), "MUST": (True, None)}


def test_what_is_asked_for_first_or_left_well_is_no_demand(tmp_path: Path) -> None:
    found = reads_of(
        tmp_path,
        {
            "a.ts": "function f() { return process.env.BROKERS.split(','); }\nconst on = process.env.BROKERS && go;\n",
            "b.ts": "if (process.env.HOSTED && !process.env.MAKE_GEO) { process.exit(1); }\n",
            "c.ts": "if (!process.env.SKIPPED) { process.exit(0); }\n",
            "d.ts": "if (!process.env.NEEDED) { process.exit(1); }\n",
        },
    )

    assert [found[name].required for name in ("BROKERS", "MAKE_GEO", "SKIPPED", "NEEDED")] == [None, None, False, True]
