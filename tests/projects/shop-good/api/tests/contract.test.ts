import { readFileSync } from "node:fs";
import request from "supertest";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { createApp } from "../src/app.js";

const spec = parse(readFileSync(new URL("../openapi.yaml", import.meta.url), "utf8"));
const methods = ["get", "post", "patch", "delete"] as const;
const operations = Object.entries<Record<string, unknown>>(spec.paths).flatMap(([path, item]) =>
  methods.filter((method) => method in item).map((method) => [method, path] as const),
);

describe("the specification", () => {
  it.each(operations)("%s %s is served", async (method, path) => {
    const response = await request(createApp())[method](path.replace(/\{\w+\}/g, "none"));
    expect(response.body.error ?? "").not.toBe("not found");
  });
});
