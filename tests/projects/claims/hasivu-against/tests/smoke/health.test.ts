import { expect, test } from 'vitest'
test('answers', async () => expect((await fetch(process.env.URL + '/health')).status).toBe(200))
