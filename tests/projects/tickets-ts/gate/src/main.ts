import { readFileSync } from "node:fs";
import express from "express";
import { type Logger } from "pino";
import { admits } from "@gate/rules/index.js";
import type { Pass } from "./pass.js";

export type * from "./pass.js";

export function note(log: Logger, pass: Pass): void {
  log.info(pass);
}

const app = express();

app.get("/passes/:id", (request, response) => {
  response.json({ admitted: admits(request.params.id), rules: readFileSync("rules.txt", "utf8") });
});

app.listen(8081);
