const { Worker } = require("bullmq");
const { connection } = require("./queues");

const worker = new Worker("mails", async (job) => job.data.order, { connection });
process.on("SIGTERM", () => worker.close());

const { give, shut } = require("../rpc/clients");
worker.on("failed", (job) => give(job.data.hold));
worker.on("drained", () => shut(0));
