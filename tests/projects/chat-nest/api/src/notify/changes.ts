import Redis from 'ioredis';

const plans = new Map<string, string>();
const changes = new Redis(process.env.REDIS_URL ?? '', { maxRetriesPerRequest: 3, connectTimeout: 5000 });

changes.on('error', (error) => console.error('changes are not heard', error));
changes.on('message', (channel, text) => {
  const told = JSON.parse(text) as { user: string; plan: string };
  if (channel === 'plans.changed') plans.set(told.user, told.plan);
  else plans.delete(told.user);
});
void changes.subscribe('plans.changed');
void changes.subscribe('accounts.closed');

export const planOf = (user: string): string => plans.get(user) ?? 'free';
