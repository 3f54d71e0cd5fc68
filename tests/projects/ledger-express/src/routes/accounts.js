import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import { Router } from "express";
import { db, reporting } from "../db.js";
import { rates } from "../lib/rates.js";

const run = promisify(execFile);
const letterhead = readFileSync(new URL("../../public/letterhead.txt", import.meta.url), "utf8");
const COLUMNS = { name: "name", balance: "balance_cents" };

export const accounts = Router();

accounts.get("/", async (req, res, next) => {
  try {
    const column = COLUMNS[req.query.sort] ?? "name";
    const rows = await db.raw(`SELECT id, name, balance_cents FROM accounts WHERE user_id = ? ORDER BY ${column} LIMIT 100`, [
      req.session.userId,
    ]);
    res.json(rows.rows);
  } catch (error) {
    next(error);
  }
});

accounts.get("/search", async (req, res, next) => {
  try {
    const rows = await db.raw(`SELECT id, name FROM accounts WHERE name LIKE '%${req.query.q}%' LIMIT 20`);
    res.json(rows.rows);
  } catch (error) {
    next(error);
  }
});

accounts.get("/:id/statement", async (req, res, next) => {
  try {
    const source = reporting();
    const rows = await source("transfers").where({ from_id: Number(req.params.id) });
    const form = readFileSync("public/statement.txt", "utf8");
    res.type("text").send([letterhead, form, ...rows.map((r) => `${r.made_at} ${r.amount}`)].join("\n"));
  } catch (error) {
    next(error);
  }
});

accounts.get("/:id/worth", async (req, res) => {
  const account = await db("accounts").where({ id: Number(req.params.id) }).first();
  const today = await rates();
  res.json({ cents: account.balance_cents * today[req.query.currency] });
});

accounts.get("/:id/qr", async (req, res, next) => {
  try {
    const { stdout } = await run("qrencode", ["-t", "SVG", String(Number(req.params.id))], { timeout: 2000 });
    res.type("svg").send(stdout);
  } catch (error) {
    next(error);
  }
});

accounts.post("/", async (req, res, next) => {
  try {
    const [account] = await db("accounts").insert(req.body).returning("id");
    res.status(201).json(account);
  } catch (error) {
    next(error);
  }
});
