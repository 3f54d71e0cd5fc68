export const run = async () => ({ removed: 0 });
