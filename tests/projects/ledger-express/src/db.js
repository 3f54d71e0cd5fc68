import knex from "knex";
import config from "../knexfile.js";

export const db = knex(config);

/** A connection for long reports, so that they stay out of the way of the others. */
export function reporting() {
  return knex({ client: "pg", connection: process.env.DATABASE_URL });
}
