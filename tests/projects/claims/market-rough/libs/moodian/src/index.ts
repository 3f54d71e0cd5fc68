export const send = (invoice: string) => invoice
