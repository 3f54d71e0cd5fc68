require("express-async-errors");
const express = require("express");
const { requireOrganiser } = require("./middleware/organiser");
const { answerErrors } = require("./middleware/errors");
const tickets = require("./routes/tickets");
const status = require("./routes/status");
const attendees = require("./routes/attendees");
require("./jobs/reminders");
require("./jobs/cleanup");

const app = express();
app.use(express.json({ limit: "100kb" }));
app.use("/", status);
app.use("/api/tickets", requireOrganiser, tickets);
app.use("/api/events", attendees);
app.use(answerErrors);

const server = app.listen(3000);
process.on("SIGTERM", () => server.close());
require("./rpc/places");
