import { PrismaClient } from "@prisma/client";
import { config } from "./config.js";

const url = new URL(config.DATABASE_URL);
url.searchParams.set("connection_limit", "10");
url.searchParams.set("pool_timeout", "5");
url.searchParams.set("connect_timeout", "5");

export const db = new PrismaClient({ datasourceUrl: url.toString() });
