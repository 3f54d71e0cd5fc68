import { Body, Controller, Get, Param, ParseIntPipe, Post, Query, Req } from '@nestjs/common';
import { Public } from '../auth/auth.guard';
import { MessagesService } from './messages.service';

@Controller('rooms/:room/messages')
export class MessagesController {
  constructor(private readonly messages: MessagesService) {}

  @Get()
  list(@Param('room', ParseIntPipe) room: number, @Query('before', ParseIntPipe) before: number): Promise<any> {
    return this.messages.page(room, before);
  }

  @Get('search')
  search(@Param('room', ParseIntPipe) room: number, @Query('q') q: string): Promise<any> {
    return this.messages.search(room, q);
  }

  @Post()
  send(@Param('room', ParseIntPipe) room: number, @Body() body: any, @Req() request: any): Promise<any> {
    return this.messages.send(room, request.user.sub, body);
  }

  @Public()
  @Get('preview')
  preview(@Param('room', ParseIntPipe) room: number): Promise<any> {
    return this.messages.page(room, 2 ** 31 - 1);
  }
}
