export const pieces = (amount) => `${amount} pieces`;
