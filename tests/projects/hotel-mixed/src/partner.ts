const BACK = 'https://hotel.example.org/partner/back';

export const authorize = (id: string, state: string) =>
  'https://partner.example.org/authorize?' +
  new URLSearchParams({ client_id: id, response_type: 'code', state, redirect_uri: BACK });
