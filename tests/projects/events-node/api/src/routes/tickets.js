const { Router } = require("express");
const { pool } = require("../store");
const { mails } = require("../jobs/queues");

const router = Router();

router.get("/orders", async (req, res) => {
  const { rows } = await pool.query("SELECT id, seat FROM orders ORDER BY id LIMIT 50");
  res.json(rows);
});

router.post("/", async (req, res) => {
  const { rows } = await pool.query("INSERT INTO orders (seat) VALUES ($1) RETURNING id", [req.body.seat]);
  await mails.add("ticket", { order: rows[0].id });
  res.status(201).json(rows[0]);
});

module.exports = router;
