const { Queue } = require("bullmq");

const connection = { url: process.env.REDIS_URL };
const defaultJobOptions = { attempts: 5, backoff: { type: "exponential", delay: 1000 } };

const mails = new Queue("mails", { connection, defaultJobOptions });
const payouts = new Queue("payouts", { connection, defaultJobOptions });

module.exports = { connection, mails, payouts };
