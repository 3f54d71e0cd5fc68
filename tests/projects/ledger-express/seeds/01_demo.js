export async function seed(knex) {
  await knex("users").insert({ email: "demo@osterholz-markt.de", password_hash: "!" }).onConflict("email").merge();
}
