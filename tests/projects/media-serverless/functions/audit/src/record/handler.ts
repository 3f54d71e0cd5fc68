export const main = async () => ({ table: process.env.AUDIT_TABLE });
