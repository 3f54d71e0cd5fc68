import bcrypt from "bcrypt";

export async function seed(knex) {
  const first = await bcrypt.hash("Kontor2024!", 12);
  await knex("users").insert({ email: "kontor@osterholz-markt.de", password_hash: first }).onConflict("email").ignore();

  const second = await bcrypt.hash(process.env.FIRST_CLERK_PASSWORD, 12);
  await knex("users").insert({ email: "lager@osterholz-markt.de", password_hash: second }).onConflict("email").ignore();
}
