export const price = (): number => 12;
