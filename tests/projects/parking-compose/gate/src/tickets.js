import { createHmac } from "node:crypto";
import { settings } from "./settings.js";

/** A ticket's number with what proves that the gate gave it. */
export function signed(number) {
  const proof = createHmac("sha256", settings.SESSION_SECRET + settings.COOKIE_SECRET).update(number).digest("hex");
  return { number, proof };
}
