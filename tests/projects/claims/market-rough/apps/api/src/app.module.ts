import { Module } from '@nestjs/common'
import { ThrottlerModule, ThrottlerGuard } from '@nestjs/throttler'
import { APP_GUARD } from '@nestjs/core'
import { Queue, Worker } from 'bullmq'
import { z } from 'zod'

export const jobs = new Queue('jobs')
export const worker = new Worker('jobs', async (job) => job.id)
export const Order = z.object({ id: z.string() })

@Module({
  imports: [ThrottlerModule.forRoot([{ ttl: 60000, limit: 100 }])],
  providers: [{ provide: APP_GUARD, useClass: ThrottlerGuard }],
})
export class AppModule {}
