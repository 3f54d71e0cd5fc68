import express from "express";
import pino from "pino";
import { z } from "zod";
import { seats } from "@desk/seats.js";
import { confirm } from "./Mailer.js";
import { refund } from "./refunds.js";
import { price, discount } from "./prices.js";

const log = pino();
const Ticket = z.object({ seat: z.string() });
const app = express();

app.get("/seats", (request, response) => {
  log.info({ free: seats().length, price: price(), discount: discount() });
  response.json({ seats: seats(), known: Ticket, sent: confirm, refund });
});

app.listen(8080);
