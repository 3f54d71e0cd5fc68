import { InjectQueue } from '@nestjs/bullmq';
import { Injectable } from '@nestjs/common';
import axios from 'axios';
import axiosRetry from 'axios-retry';
import { Queue } from 'bullmq';
import CircuitBreaker from 'opossum';

const presence = axios.create({ baseURL: process.env.PRESENCE_URL, timeout: 800 });
axiosRetry(presence, { retries: 2, retryDelay: axiosRetry.exponentialDelay });
const online = new CircuitBreaker((room: number) => presence.get(`/online/${room}`), { timeout: 2000 });

@Injectable()
export class NotifyService {
  constructor(
    @InjectQueue('mail') private readonly mail: Queue,
    @InjectQueue('push') private readonly push: Queue,
  ) {}

  async pushed(message: any): Promise<void> {
    const there: any = await online.fire(message.room.id);
    await this.push.add('message', { id: message.id, except: there.data });
    await this.mail.add('digest', { id: message.id });
  }
}
