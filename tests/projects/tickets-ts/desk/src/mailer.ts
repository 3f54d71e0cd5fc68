export const confirm = (to: string): string => `sent to ${to}`;
