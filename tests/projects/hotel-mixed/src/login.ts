const BACK = 'https://hotel.example.org/back';

export const authorize = (id: string) =>
  'https://login.example.org/authorize?' +
  new URLSearchParams({ client_id: id, response_type: 'code', redirect_uri: BACK });
