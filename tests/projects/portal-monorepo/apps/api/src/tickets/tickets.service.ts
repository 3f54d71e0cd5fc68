import { Injectable } from "@nestjs/common";
import type { Ticket } from "@portal/contracts";
import { config } from "../config";

@Injectable()
export class TicketsService {
  async list(after = ""): Promise<Ticket[]> {
    const answer = await fetch(`${config.TICKETS_URL}/tickets?limit=50&after=${encodeURIComponent(after)}`, {
      signal: AbortSignal.timeout(5000),
    });
    return answer.json();
  }

  async open(subject: string): Promise<Ticket> {
    const answer = await fetch(`${config.TICKETS_URL}/tickets`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ subject }),
      signal: AbortSignal.timeout(5000),
    });
    return answer.json();
  }
}
