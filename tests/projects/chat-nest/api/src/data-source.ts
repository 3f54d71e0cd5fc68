import { DataSource, DataSourceOptions } from 'typeorm';
import { Message } from './messages/message.entity';
import { Room } from './rooms/room.entity';

export const options: DataSourceOptions = {
  type: 'postgres',
  url: process.env.DATABASE_URL,
  entities: [Room, Message],
  migrations: [`${__dirname}/migrations/*.js`],
  synchronize: true,
  extra: { max: 20 },
};

export default new DataSource(options);
