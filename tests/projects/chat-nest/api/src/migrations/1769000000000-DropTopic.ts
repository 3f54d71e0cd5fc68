import { MigrationInterface, QueryRunner } from 'typeorm';

export class DropTopic1769000000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`ALTER TABLE "rooms" DROP COLUMN "topic"`);
    await queryRunner.query(`ALTER TABLE "rooms" ADD COLUMN "open" boolean NOT NULL DEFAULT true`);
  }

  async down(): Promise<void> {}
}
