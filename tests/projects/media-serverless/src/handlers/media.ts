import { pool } from "../lib/db.js";

type Event = { pathParameters?: { id?: string }; requestContext: { authorizer: { jwt: { claims: { sub: string } } } } };

export const list = async (event: Event) => {
  const owner = event.requestContext.authorizer.jwt.claims.sub;
  const { rows } = await pool.query("SELECT id, name FROM media WHERE owner = $1 ORDER BY id LIMIT 100", [owner]);
  return { statusCode: 200, body: JSON.stringify(rows) };
};

export const remove = async (event: Event) => {
  const owner = event.requestContext.authorizer.jwt.claims.sub;
  await pool.query("DELETE FROM media WHERE id = $1 AND owner = $2", [event.pathParameters?.id, owner]);
  return { statusCode: 204 };
};
