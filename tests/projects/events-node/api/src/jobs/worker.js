const { Worker } = require("bullmq");
const { connection } = require("./queues");

const worker = new Worker("mails", async (job) => job.data.order, { connection });
process.on("SIGTERM", () => worker.close());
