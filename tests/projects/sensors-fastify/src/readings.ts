import dayjs from "dayjs";
import pg from "pg";
import type { Reading } from "./reading.js";

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 5 });

export async function readings(sensor: string): Promise<Reading[]> {
  const since = dayjs().subtract(1, "day").toISOString();
  const { rows } = await pool.query<Reading>("SELECT at, celsius FROM readings WHERE sensor = $1 AND at > $2 LIMIT 1000", [sensor, since]);
  return rows;
}
