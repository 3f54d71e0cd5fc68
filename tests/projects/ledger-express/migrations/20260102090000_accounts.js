export async function up(knex) {
  await knex.schema.createTable("users", (t) => {
    t.increments("id");
    t.string("email").notNullable().unique();
    t.string("password_hash").notNullable();
    t.string("reset_token");
    t.string("role").notNullable().defaultTo("holder");
  });
  await knex.schema.createTable("accounts", (t) => {
    t.increments("id");
    t.integer("user_id").notNullable().references("users.id").index();
    t.string("name").notNullable();
    t.bigInteger("balance_cents").notNullable().defaultTo(0);
    t.boolean("frozen").notNullable().defaultTo(false);
  });
  await knex.schema.createTable("transfers", (t) => {
    t.increments("id");
    t.integer("from_id").notNullable().references("accounts.id").index();
    t.integer("to_id").notNullable().references("accounts.id");
    t.float("amount").notNullable();
    t.timestamp("made_at").notNullable().defaultTo(knex.fn.now());
  });
}

export async function down(knex) {
  await knex.schema.dropTable("transfers");
  await knex.schema.dropTable("accounts");
  await knex.schema.dropTable("users");
}
