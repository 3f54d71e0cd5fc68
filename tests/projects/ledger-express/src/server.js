import { app } from "./app.js";
import { db } from "./db.js";

const server = app.listen(process.env.PORT ?? 3000, () => console.log("ledger is up"));

process.once("SIGTERM", () => {
  server.close(() => db.destroy().then(() => process.exit(0)));
});
