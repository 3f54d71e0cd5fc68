import { PrismaClient } from '@prisma/client';

const prisma = new PrismaClient();

export const free = () => prisma.room.findMany({ where: { hotel_id: 1, deletedAt: null }, take: 50 });

export const all = () => prisma.room.findMany({ where: { hotel_id: 1 }, take: 50 });

export const suites = () => prisma.suite.findMany({ take: 50 });

export const numbered = (number: string) =>
  prisma.room.findUnique({ where: { hotel_id_number: { hotel_id: 1, number } } });

export async function book(id: string) {
  const room = await prisma.room.findUnique({ where: { id } });
  if (!room) return null;
  return prisma.room.update({ where: { id }, data: { stock: room.stock - 1 } });
}

export const release = (id: string) => prisma.room.update({ where: { id }, data: { stock: { increment: 1 } } });
