const express = require("express");

const app = express();

// if (unleash.isEnabled("live-map")) app.get("/live", live);
app.get("/health", (req, res) => res.json({ ok: true }));

app.listen(8080);
