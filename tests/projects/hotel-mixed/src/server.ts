import { Queue } from 'bullmq';
import express from 'express';

import { archive, live } from './archive.js';
import { seal, sealAnew } from './crypt.js';
import { authorize } from './login.js';
import { authorize as ask } from './partner.js';
import { pay } from './payments.js';
import { refund } from './refunds.js';
import { all, book, free, numbered, release, suites } from './rooms.js';

export const parts = { archive, live, seal, sealAnew, authorize, ask, pay, refund, all, book, free, numbered, release, suites };
export const mails = new Queue('mails', { connection: { url: process.env.REDIS_URL } });

const app = express();
app.get('/health', (_req, res) => res.json({ status: 'ok' }));
app.listen(3000);
