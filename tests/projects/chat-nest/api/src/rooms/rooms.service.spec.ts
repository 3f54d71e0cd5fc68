import { RoomsService } from './rooms.service';

const repository = () => ({ find: jest.fn().mockResolvedValue([]), findOne: jest.fn(), save: jest.fn(), update: jest.fn() });

describe('rooms', () => {
  it.only('a closed room is kept', async () => {
    const rooms = repository();
    await new RoomsService(rooms as never, repository() as never).close(7);

    expect(rooms.update).toHaveBeenCalledWith(7, { open: false });
  });

  it('shows nothing where there is nothing', async () => {
    expect(await new RoomsService(repository() as never, repository() as never).withLatest()).toEqual([]);
  });
});
