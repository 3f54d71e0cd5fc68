import { Body, Controller, Get, Post, Query } from "@nestjs/common";
import { IsString, MaxLength } from "class-validator";
import { TicketsService } from "./tickets.service";

class NewTicket {
  @IsString()
  @MaxLength(200)
  subject!: string;
}

@Controller("tickets")
export class TicketsController {
  constructor(private readonly tickets: TicketsService) {}

  @Get()
  list(@Query("after") after?: string) {
    return this.tickets.list(after);
  }

  @Post()
  open(@Body() ticket: NewTicket) {
    return this.tickets.open(ticket.subject);
  }
}
