const { Router } = require("express");
const { pool } = require("../store");

const router = Router();

router.post("/:id/refund", async (req, res) => {
  await pool.query("UPDATE orders SET refunded = true WHERE id = $1", [req.params.id]);
  res.status(204).end();
});

module.exports = router;
