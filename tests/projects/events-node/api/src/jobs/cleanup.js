const cron = require("node-cron");
const { pool } = require("../store");

cron.schedule("30 3 * * *", async () => {
  const { rows } = await pool.query("SELECT pg_try_advisory_lock(7301) AS mine");
  if (rows[0].mine) await pool.query("DELETE FROM holds WHERE ends < now()");
});
