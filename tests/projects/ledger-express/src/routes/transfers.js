import { Router } from "express";
import { z } from "zod";
import { db } from "../db.js";
import { payOut } from "../lib/gateway.js";

const Transfer = z.object({ from: z.number().int(), to: z.number().int(), cents: z.number().int().positive() });
const Payout = z.object({ account: z.number().int(), cents: z.number().int().positive(), iban: z.string() });

export const transfers = Router();

transfers.post("/", async (req, res, next) => {
  try {
    const { from, to, cents } = Transfer.parse(req.body);
    await db.transaction(async (tx) => {
      await tx("accounts").where({ id: from }).decrement("balance_cents", cents);
      await tx("accounts").where({ id: to }).increment("balance_cents", cents);
      await tx("transfers").insert({ from_id: from, to_id: to, amount: cents / 100 });
    });
    res.status(201).end();
  } catch (error) {
    next(error);
  }
});

transfers.post("/payouts", async (req, res, next) => {
  try {
    const { account, cents, iban } = Payout.parse(req.body);
    console.log("paying out", account, cents);
    const id = await payOut(account, cents, iban);
    await db("accounts").where({ id: account }).decrement("balance_cents", cents);
    res.status(202).json({ id });
  } catch (error) {
    next(error);
  }
});

transfers.get("/:id", async (req, res, next) => {
  try {
    const found = await db("transfers").where({ id: Number(req.params.id) }).first();
    res.status(found ? 200 : 404).json(found ?? { error: "no such transfer" });
  } catch (error) {
    next(error);
  }
});
