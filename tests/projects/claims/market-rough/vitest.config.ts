import { defineConfig } from 'vitest/config'
//
//
//
//
//
//
//
//
//
//
//
//
//
//
//
//
//
//
//
//
//
//
//
//
//
//
//
//
//
//
//
//
//
//
//
//
//
//
//
//
//
//
//
//
//
//
//
//
//
//
//
//
//
//
//
//
//
//
//
//
//
//
//
//
//
//
//
//
//
//
//
//
//
//
//
//
//
//
//
//
//
//
//
//
//
//
//
//
export default defineConfig({
  test: {
    coverage: {
      provider: 'v8',

      thresholds: {
        statements: 5,
        branches: 50,
        functions: 25,
        lines: 5,
      },
    },
  },
})
