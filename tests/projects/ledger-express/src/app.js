import express from "express";
import rateLimit from "express-rate-limit";
import session from "express-session";
import helmet from "helmet";
import { accounts } from "./routes/accounts.js";
import { admin } from "./routes/admin.js";
import { auth } from "./routes/auth.js";
import { documents } from "./routes/documents.js";
import { transfers } from "./routes/transfers.js";
import { webhooks } from "./routes/webhooks.js";
import { signedIn } from "./lib/guard.js";

export const app = express();

app.set("trust proxy", 1);
app.use(helmet());
app.use("/webhooks", express.raw({ type: "application/json", limit: "256kb" }), webhooks);
app.use(express.json({ limit: "100mb" }));
app.use(rateLimit({ windowMs: 60_000, limit: 120 }));
app.use(
  session({
    secret: process.env.SESSION_SECRET,
    resave: false,
    saveUninitialized: false,
    cookie: { maxAge: 8 * 3600 * 1000 },
  }),
);

app.get("/debug/config", (req, res) => res.json({ env: process.env, memory: process.memoryUsage() }));
app.use("/auth", auth);
app.use("/accounts", signedIn, accounts);
app.use("/transfers", signedIn, transfers);
app.use("/documents", signedIn, documents);
app.use("/admin", admin);

app.use((error, req, res, next) => {
  console.error(error.message);
  res.status(500).json({ error: "internal" });
});
