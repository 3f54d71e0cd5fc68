CREATE EXTENSION IF NOT EXISTS citext;

CREATE TABLE "Room" (
  "id" UUID NOT NULL DEFAULT uuid_generate_v4(),
  "hotel_id" INTEGER NOT NULL,
  "number" TEXT NOT NULL,
  "stock" INTEGER NOT NULL,
  "deletedAt" TIMESTAMP(3),
  CONSTRAINT "Room_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "Guest" (
  "id" SERIAL NOT NULL,
  "hotel_id" INTEGER NOT NULL,
  "mail" CITEXT NOT NULL,
  "balance" INTEGER NOT NULL,
  CONSTRAINT "Guest_pkey" PRIMARY KEY ("id")
);

CREATE UNIQUE INDEX "Room_hotel_id_number_key" ON "Room"("hotel_id", "number");
CREATE INDEX "Guest_hotel_id_idx" ON "Guest"("hotel_id");
