DROP TABLE "order_items";
DROP TABLE "orders";
DROP TABLE "products";
DROP TABLE "users";
DROP TYPE "OrderStatus";
DROP TYPE "Role";
