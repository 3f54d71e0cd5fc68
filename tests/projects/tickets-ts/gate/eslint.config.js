export default [{ files: ["src/**/*.ts"] }];
