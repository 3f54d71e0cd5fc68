import { Controller, Get, ServiceUnavailableException } from "@nestjs/common";
import { Public } from "../auth.guard";
import { config } from "../config";

@Controller()
export class HealthController {
  @Public()
  @Get("live")
  live() {
    return { status: "ok" };
  }

  @Get("ready")
  async ready() {
    const answer = await fetch(`${config.TICKETS_URL}/health`, { signal: AbortSignal.timeout(2000) });
    if (!answer.ok) throw new ServiceUnavailableException();
    return { status: "ok" };
  }
}
