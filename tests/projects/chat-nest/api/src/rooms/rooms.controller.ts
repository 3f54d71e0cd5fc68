import { Body, Controller, Delete, Get, Param, ParseIntPipe, Post, Req } from '@nestjs/common';
import { IsString, Length } from 'class-validator';
import { RoomsService } from './rooms.service';

class NewRoom {
  @IsString()
  @Length(1, 80)
  name: string;
}

@Controller('rooms')
export class RoomsController {
  constructor(private readonly rooms: RoomsService) {}

  @Get()
  list(): Promise<any> {
    return this.rooms.withLatest();
  }

  @Post()
  open(@Body() body: NewRoom, @Req() request: any): Promise<any> {
    return this.rooms.open(body.name, request.user.sub);
  }

  @Delete(':id')
  close(@Param('id', ParseIntPipe) id: number): Promise<void> {
    return this.rooms.close(id);
  }
}
