import { Catch, ExceptionFilter } from '@nestjs/common'

@Catch()
export class GlobalExceptionFilter implements ExceptionFilter {
  catch(error: unknown) {
    return { status: 500 }
  }
}
