ALTER TABLE "Room" ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_hotel ON "Room" USING (hotel_id = current_setting('hotel.id')::int);
