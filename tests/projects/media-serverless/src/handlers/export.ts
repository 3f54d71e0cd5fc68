import { pool } from "../lib/db.js";

export const handler = async (event: { requestContext: { authorizer: { jwt: { claims: { sub: string; email: string } } } } }) => {
  const { sub, email } = event.requestContext.authorizer.jwt.claims;
  console.log(JSON.stringify({ level: "info", message: "export", email }));
  const { rows } = await pool.query("SELECT id, name FROM media WHERE owner = $1 LIMIT 10000", [sub]);
  return { statusCode: 200, headers: { "content-type": "application/json" }, body: JSON.stringify(rows) };
};
