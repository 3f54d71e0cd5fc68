const cron = require("node-cron");
const { payouts } = require("./queues");

cron.schedule("0 8 * * *", () => payouts.add("daily", {}));
