import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { LessThan, Repository } from 'typeorm';
import { NotifyService } from '../notify/notify.service';
import { Message } from './message.entity';

@Injectable()
export class MessagesService {
  constructor(
    @InjectRepository(Message) private readonly messages: Repository<Message>,
    private readonly notify: NotifyService,
  ) {}

  page(room: number, before: number): Promise<Message[]> {
    return this.messages.find({ where: { room: { id: room }, id: LessThan(before) }, order: { id: 'DESC' }, take: 50 });
  }

  search(room: number, q: string): Promise<any[]> {
    return this.messages.query('SELECT id, body FROM messages WHERE room_id = $1 AND body ILIKE $2 LIMIT 50', [room, `%${q}%`]);
  }

  async latest(rooms: number[]): Promise<any[]> {
    const marks = rooms.map((_, i) => `$${i + 1}`).join(', ');
    return this.messages.query(`SELECT room_id, max(id) AS id FROM messages WHERE room_id IN (${marks}) GROUP BY room_id`, rooms);
  }

  async send(room: number, authorId: number, body: any): Promise<any> {
    const saved: any = await this.messages.save({ room: { id: room }, authorId, body: body.body });
    await this.notify.pushed(saved as any);
    return saved;
  }
}
