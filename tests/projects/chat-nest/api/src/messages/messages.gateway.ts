import { ConnectedSocket, MessageBody, SubscribeMessage, WebSocketGateway, WebSocketServer } from '@nestjs/websockets';
import { Server, Socket } from 'socket.io';

@WebSocketGateway({ cors: { origin: process.env.WEB_ORIGINS?.split(',') } })
export class MessagesGateway {
  @WebSocketServer()
  server: Server;

  @SubscribeMessage('join')
  async join(@ConnectedSocket() socket: Socket, @MessageBody() room: any): Promise<void> {
    await socket.join(`room:${room}`);
  }

  @SubscribeMessage('typing')
  typing(@ConnectedSocket() socket: any, @MessageBody() room: any): void {
    try {
      socket.to(`room:${room}`).emit('typing', socket.data.user);
    } catch {}
  }
}
