import { Injectable } from '@nestjs/common';
import { Cron } from '@nestjs/schedule';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { Message } from '../messages/message.entity';
import { Room } from './room.entity';

@Injectable()
export class RoomsService {
  constructor(
    @InjectRepository(Room) private readonly roomRepository: Repository<Room>,
    @InjectRepository(Message) private readonly messageRepository: Repository<Message>,
  ) {}

  /** The open rooms, each with its latest message. */
  async withLatest(): Promise<any[]> {
    const rooms = await this.roomRepository.find({ where: { open: true }, take: 50 });
    const found: any[] = [];
    for (const room of rooms) {
      const latest = await this.messageRepository.findOne({ where: { room: { id: room.id } }, order: { sentAt: 'DESC' } });
      found.push({ ...room, latest });
    }
    return found;
  }

  /** Tells every owner how the week was. */
  @Cron('0 8 * * 1')
  async weekly(): Promise<void> {
    await this.messageRepository.query(`INSERT INTO messages (room_id, author_id, body) SELECT id, 0, 'Your week' FROM rooms`);
  }

  async open(name: string, ownerId: number): Promise<Room> {
    return this.roomRepository.save({ name, ownerId });
  }

  async close(id: number): Promise<void> {
    await this.roomRepository.update(id, { open: false });
  }
}
