export async function up(knex) {
  await knex.schema.createTable("gateway_events", (t) => {
    t.string("event_id").primary();
    t.timestamp("seen_at").notNullable().defaultTo(knex.fn.now());
  });
  await knex.schema.alterTable("accounts", (t) => {
    t.string("currency", 3).notNullable().defaultTo("EUR");
  });
}

export async function down(knex) {
  await knex.schema.alterTable("accounts", (t) => t.dropColumn("currency"));
  await knex.schema.dropTable("gateway_events");
}
