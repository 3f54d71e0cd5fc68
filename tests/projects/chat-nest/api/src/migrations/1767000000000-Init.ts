import { MigrationInterface, QueryRunner } from 'typeorm';

export class Init1767000000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`CREATE TABLE "rooms" (
      "id" SERIAL PRIMARY KEY,
      "name" character varying NOT NULL,
      "topic" character varying,
      "owner_id" integer NOT NULL
    )`);
    await queryRunner.query(`CREATE TABLE "messages" (
      "id" SERIAL PRIMARY KEY,
      "room_id" integer NOT NULL REFERENCES "rooms"("id"),
      "author_id" integer NOT NULL,
      "body" text NOT NULL,
      "sent_at" timestamptz NOT NULL DEFAULT now()
    )`);
    await queryRunner.query(`CREATE INDEX "messages_room" ON "messages" ("room_id")`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP TABLE "messages"`);
    await queryRunner.query(`DROP TABLE "rooms"`);
  }
}
