import { PostgreSqlContainer } from '@testcontainers/postgresql';
import { DataSource } from 'typeorm';
import { Message } from '../src/messages/message.entity';
import { Room } from '../src/rooms/room.entity';

describe('messages in a database', () => {
  it('come back as they were sent', async () => {
    const container = await new PostgreSqlContainer('postgres:16.6').start();
    const source = await new DataSource({ type: 'postgres', url: container.getConnectionUri(), entities: [Room, Message], synchronize: true }).initialize();
    const saved = await source.getRepository(Message).save({ authorId: 1, body: 'it.skip("is only a text")' });

    expect(saved.body).toContain('it.skip(');
    await source.destroy();
    await container.stop();
  });
});
