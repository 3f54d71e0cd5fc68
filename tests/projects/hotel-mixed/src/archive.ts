export const live = process.env.DATABASE_URL ?? 'file:./hotel.db';

export const archive = process.env.ARCHIVE_DATABASE_URL;
if (!archive) throw new Error('ARCHIVE_DATABASE_URL is not set');
