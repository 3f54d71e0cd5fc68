import crypto from 'node:crypto';

const IV = Buffer.alloc(16);

export const seal = (key: Buffer, text: string) => {
  const cipher = crypto.createCipheriv('aes-256-ctr', key, IV);
  return Buffer.concat([cipher.update(text), cipher.final()]);
};

export const sealAnew = (key: Buffer, text: string) => {
  const nonce = crypto.randomBytes(12);
  const cipher = crypto.createCipheriv('aes-256-gcm', key, nonce);
  return Buffer.concat([nonce, cipher.update(text), cipher.final(), cipher.getAuthTag()]);
};
