export const admits = (id: string): boolean => id.length > 3;
