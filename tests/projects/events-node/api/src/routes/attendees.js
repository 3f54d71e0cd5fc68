const { Router } = require("express");
const { pool } = require("../store");

const router = Router();

router.get("/", async (req, res) => {
  const { rows } = await pool.query("SELECT id, title FROM events ORDER BY id LIMIT 50");
  res.json(rows);
});

router.get("/attendees/export", async (req, res) => {
  const { rows } = await pool.query("SELECT name, email FROM attendees ORDER BY id LIMIT 1000");
  res.json(rows);
});

module.exports = router;
