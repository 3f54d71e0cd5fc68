export const inCents = (price) => Math.round(price * 100);
