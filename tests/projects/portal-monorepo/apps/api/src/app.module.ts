import { Module } from "@nestjs/common";
import { APP_GUARD } from "@nestjs/core";
import { JwtModule } from "@nestjs/jwt";
import { ThrottlerGuard, ThrottlerModule } from "@nestjs/throttler";
import { LoggerModule } from "nestjs-pino";
import { AuthGuard } from "./auth.guard";
import { config } from "./config";
import { HealthController } from "./health/health.controller";
import { TicketsController } from "./tickets/tickets.controller";
import { TicketsService } from "@tickets/tickets.service";

@Module({
  imports: [
    LoggerModule.forRoot(),
    ThrottlerModule.forRoot([{ ttl: 60_000, limit: 100 }]),
    JwtModule.register({ secret: config.JWT_SECRET, signOptions: { expiresIn: "15m" } }),
  ],
  controllers: [HealthController, TicketsController],
  providers: [
    TicketsService,
    { provide: APP_GUARD, useClass: ThrottlerGuard },
    { provide: APP_GUARD, useClass: AuthGuard },
  ],
})
export class AppModule {}
