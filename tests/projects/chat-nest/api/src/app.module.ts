import { BullModule } from '@nestjs/bullmq';
import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { JwtModule } from '@nestjs/jwt';
import { ScheduleModule } from '@nestjs/schedule';
import { TerminusModule } from '@nestjs/terminus';
import { ThrottlerGuard, ThrottlerModule } from '@nestjs/throttler';
import { TypeOrmModule } from '@nestjs/typeorm';
import { PrometheusModule } from '@willsoto/nestjs-prometheus';
import { LoggerModule } from 'nestjs-pino';
import { AuthGuard } from './auth/auth.guard';
import { options } from './data-source';
import { HealthController } from './health/health.controller';
import { Message } from './messages/message.entity';
import { MessagesController } from './messages/messages.controller';
import { MessagesGateway } from './messages/messages.gateway';
import { MessagesService } from './messages/messages.service';
import { MailProcessor } from './notify/mail.processor';
import { NotifyService } from './notify/notify.service';
import { Room } from './rooms/room.entity';
import { RoomsController } from './rooms/rooms.controller';
import { RoomsService } from './rooms/rooms.service';

@Module({
  imports: [
    LoggerModule.forRoot({ pinoHttp: { genReqId: (req) => req.headers['x-request-id'] ?? crypto.randomUUID() } }),
    PrometheusModule.register(),
    ScheduleModule.forRoot(),
    TerminusModule,
    ThrottlerModule.forRoot([{ ttl: 60_000, limit: 300 }]),
    JwtModule.register({ secret: process.env.JWT_SECRET, signOptions: { expiresIn: '15m' } }),
    TypeOrmModule.forRoot(options),
    TypeOrmModule.forFeature([Room, Message]),
    BullModule.forRoot({ connection: { url: process.env.REDIS_URL } }),
    BullModule.registerQueue({ name: 'mail', defaultJobOptions: { attempts: 5, backoff: { type: 'exponential', delay: 1000 } } }),
    BullModule.registerQueue({ name: 'push' }),
  ],
  controllers: [HealthController, RoomsController, MessagesController],
  providers: [
    RoomsService,
    MessagesService,
    MessagesGateway,
    NotifyService,
    MailProcessor,
    { provide: APP_GUARD, useClass: ThrottlerGuard },
    { provide: APP_GUARD, useClass: AuthGuard },
  ],
})
export class AppModule {}
