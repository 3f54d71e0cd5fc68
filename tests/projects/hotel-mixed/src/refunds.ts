import { PrismaClient } from '@prisma/client';

const prisma = new PrismaClient();

export async function refund(id: number, amount: number, attempts = 3): Promise<unknown> {
  try {
    return await prisma.$transaction(
      (tx) => tx.guest.update({ where: { id }, data: { balance: { increment: amount } } }),
      { isolationLevel: 'Serializable' },
    );
  } catch (error) {
    if (attempts > 0 && (error as { code?: string }).code === 'P2034') return refund(id, amount, attempts - 1);
    throw error;
  }
}
