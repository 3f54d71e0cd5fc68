import Redis from 'ioredis';

const told = new Redis(process.env.REDIS_URL ?? '', { maxRetriesPerRequest: 3, connectTimeout: 5000 });

told.on('error', (error) => console.error('nobody is told', error));

export const tell = (user: string, plan: string): Promise<number> =>
  told.publish('plans.changed', JSON.stringify({ user, plan }));
