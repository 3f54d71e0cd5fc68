import { PrismaClient } from '@prisma/client';

const prisma = new PrismaClient();

export const pay = (id: number, amount: number) =>
  prisma.$transaction((tx) => tx.guest.update({ where: { id }, data: { balance: { decrement: amount } } }), {
    isolationLevel: 'Serializable',
  });
