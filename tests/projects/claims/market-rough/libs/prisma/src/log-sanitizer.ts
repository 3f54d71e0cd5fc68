export const sanitize = (text: string) => text.replace(/09\d{9}/g, "*")
