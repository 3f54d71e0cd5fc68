"""Stores of keys that are searched through."""

from __future__ import annotations

import pytest
from conftest import Look

NODE = """
    import Redis from "ioredis";
    const redis = new Redis(process.env.REDIS_URL);
    export const sessions = (user) => redis.keys(`session:${user}:*`);
    """


def test_keys_of_a_client_of_node(look: Look) -> None:
    assert look("PRF-012", {"src/sessions.js": NODE}).failed == ["src/sessions.js:3"]


@pytest.mark.parametrize(
    "line",
    [
        "export const names = (o) => Object.keys(o);",
        "export const names = (redisOptions) => Object.keys(redisOptions);",
        "export const names = new Map().keys();",
        "export const all = redis.hkeys('sessions');",
    ],
)
def test_keys_of_other_things(look: Look, line: str) -> None:
    other = NODE.replace("export const sessions = (user) => redis.keys(`session:${user}:*`);", line)
    assert look("PRF-012", {"src/sessions.js": other}).failed == []


def test_a_client_by_its_type(look: Look) -> None:
    code = """
        import { RedisClientType } from "redis";
        export class Sessions {
          constructor(private readonly store: RedisClientType) {}
          async all(user: string, pattern: string) { return this.store.keys(pattern); }
        }
        """
    assert look("PRF-012", {"src/sessions.ts": code}).failed == ["src/sessions.ts:4"]
    assert look("PRF-012", {"src/sessions.ts": code.replace("RedisClientType", "Registry")}).failed == []


def test_steps_hold_and_tools_are_left_alone(look: Look) -> None:
    stream = NODE.replace("redis.keys(`session:${user}:*`)", "redis.scanStream({ match: `session:${user}:*` })")
    assert look("PRF-012", {"src/sessions.js": stream}).outcomes == ["pass"]
    (files := {"scripts/clean.js": NODE, "src/sessions.js": ""})
    assert look("PRF-012", files).failed == []


def test_keys_of_python(look: Look) -> None:
    code = """
        import redis
        client = redis.Redis.from_url("redis://cache")
        settings = {}

        def sessions(user):
            names = list(settings.keys())
            return client.keys(f"session:{user}:*")
        """
    assert look("PRF-012", {"app/sessions.py": code}).failed == ["app/sessions.py:7"]
    other = code.replace('client.keys(f"session:{user}:*")', 'client.scan_iter("session:*")')
    assert look("PRF-012", {"app/sessions.py": other}).failed == []


def test_keys_of_go(look: Look) -> None:
    code = """
        package main

        import (
          "context"
          "github.com/redis/go-redis/v9"
          "maps"
        )

        func sessions(ctx context.Context, rdb *redis.Client, held map[string]int) []string {
          _ = maps.Keys(held)
          return rdb.Keys(ctx, "session:*").Val()
        }
        """
    assert look("PRF-012", {"go.mod": "module x\n", "sessions.go": code}).failed == ["sessions.go:11"]


def test_keys_of_spring(look: Look) -> None:
    code = """
        import org.springframework.data.redis.core.StringRedisTemplate;
        class Sessions {
          private final StringRedisTemplate template;
          Set<String> all(String user) { return template.keys("session:" + user + ":*"); }
        }
        """
    assert look("PRF-012", {"src/main/java/Sessions.java": code}).failed == ["src/main/java/Sessions.java:4"]
