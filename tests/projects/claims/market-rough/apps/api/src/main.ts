import { NestFactory } from '@nestjs/core'
import { ConfigService } from '@nestjs/config'
import { AppModule } from './app.module'
import { GlobalExceptionFilter } from './filters'

async function bootstrap() {
  const app = await NestFactory.create(AppModule)
  app.useGlobalFilters(new GlobalExceptionFilter())
  const configService = app.get(ConfigService)
//
//
//
//
//
//
//
//
//
//
//
//
//
//
//
//
//
//
//
//
//
//
  const jwtSecret = configService.get('JWT_SECRET', 'default-secret');
  if (process.env.NODE_ENV === 'production' && jwtSecret === 'default-secret') {
    throw new Error('JWT_SECRET is missing')
  }
  await app.listen(3001)
}
bootstrap()
